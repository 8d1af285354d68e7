import type { Random } from "../../addresses/random";
import { type Actor, renameRole } from "./actor";
import { argumentsOf, DATABASES, KINDS, type Source, urnOf } from "./program";
import { FOREIGN_PUBLICATION, FOREIGN_ROLES, TABLES } from "./world";

/** So few that programs collide. */
const ROLES = ["reader_a", "reader_b", ...FOREIGN_ROLES];
const PUBLICATIONS = ["pub_a", "pub_b", FOREIGN_PUBLICATION];
const NAMES = ["orders", "billing"];
const PATHS = ["", "acme:index:Orders", "acme:index:Billing"];

export function drawSource(draw: Random, taken: readonly Source[]): Source | undefined {
  const [name, path] = [draw.pick(NAMES), draw.pick(PATHS)];
  if (taken.some((source) => source.name === name && source.path === path)) return undefined;
  const role = draw.pick(ROLES);
  const adopt = draw.chance(0.25) ? { adopt: true } : {};
  return {
    ...{ name, path, database: draw.chance(0.7) ? "one" : draw.pick(DATABASES), formerly: [] },
    user: { name: role, ...adopt, ...(adopt.adopt && { passwordVersion: 1 }), ...drawComment(draw) },
    grants: { role, ...drawScope(draw) },
    publication: { name: draw.pick(PUBLICATIONS), tables: drawTables(draw), ...adopt, ...drawComment(draw) },
  };
}

function drawTables(draw: Random): string[] {
  const tables = TABLES.filter(() => draw.chance(0.4));
  return tables.length > 0 ? tables : [draw.pick(TABLES)];
}

function drawScope(draw: Random): { tables?: string[]; schemas?: string[] } {
  if (draw.chance(0.2)) return { schemas: ["shop"] };
  return { tables: drawTables(draw), ...(draw.chance(0.15) && { schemas: ["public"] }) };
}

function drawComment(draw: Random): { comment?: string } {
  return draw.chance(0.2) ? { comment: draw.pick(["for ClickHouse", "read by a pipe\nof ours"]) } : {};
}

type Edit = (draw: Random, actor: Actor, source: Source) => string;

/** Changes the program once, and tells how. */
export function drawEdit(draw: Random, actor: Actor): string {
  const source = actor.program.length > 0 ? draw.pick(actor.program) : undefined;
  if (!source || (actor.program.length < 2 && draw.chance(0.2))) return addSource(draw, actor);
  const edit = draw.pick(EDITS);
  return `${source.path === "" ? "" : `${source.path}/`}${source.name}: ${edit(draw, actor, source)}`;
}

function addSource(draw: Random, actor: Actor): string {
  const source = drawSource(draw, actor.program);
  if (!source) return "nothing";
  actor.program.push(source);
  return `add ${JSON.stringify(source)}`;
}

const changeScope: Edit = (draw, _actor, source) => {
  if (source.grants) source.grants = { role: source.grants.role, ...drawScope(draw) };
  return `grants ${JSON.stringify(source.grants)}`;
};

const changeTables: Edit = (draw, _actor, { publication }) => {
  if (publication) publication.tables = drawTables(draw);
  return `publish ${publication?.tables}`;
};

const changeRole: Edit = (draw, _actor, source) => {
  const name = draw.pick(ROLES);
  renameRole(source, name);
  return `role ${name}`;
};

const changePublication: Edit = (draw, _actor, { publication }) => {
  const name = draw.pick(PUBLICATIONS);
  if (publication) Object.assign(publication, { name, allowReplace: true, allowLeftoverSlots: true });
  return `publication ${name}`;
};

const toggleAdopt: Edit = (draw, _actor, { user, publication }) => {
  const adopt = draw.chance(0.5) ? true : undefined;
  if (user) Object.assign(user, { adopt, ...(adopt && { passwordVersion: 1 }) });
  if (publication) publication.adopt = adopt;
  return `adopt ${adopt}`;
};

const resetPassword: Edit = (draw, _actor, { user }) => {
  const passwordVersion = 2 + draw.below(5);
  if (user) Object.assign(user, { passwordVersion });
  return `passwordVersion ${passwordVersion}`;
};

const changeComment: Edit = (draw, _actor, { user, publication }) => {
  const comment = draw.pick(["", "for ClickHouse", "of another text", undefined]);
  for (const part of [user, publication]) if (part) part.comment = comment;
  return `comment ${comment}`;
};

const remove: Edit = (_draw, actor, source) => {
  actor.program = actor.program.filter((other) => other !== source);
  return "remove";
};

/** Gives it another name or another parent, with `aliases` or without. */
const move: Edit = (draw, actor, source) => {
  const [name, path] = draw.chance(0.5) ? [draw.pick(NAMES), source.path] : [source.name, draw.pick(PATHS)];
  if (actor.program.some((other) => other.name === name && other.path === path)) return "nothing";
  const withAlias = draw.chance(0.6);
  const before = { name: source.name, path: source.path };
  source.formerly = withAlias ? [before, ...source.formerly] : [];
  Object.assign(source, { name, path });
  return `move to ${path}/${name}${withAlias ? " by alias" : ""}`;
};

const share: Edit = (draw, actor, source) => {
  const others = actor.program.filter((other) => other !== source && other.user);
  const other = others.length > 0 ? draw.pick(others) : undefined;
  if (!other?.user || !source.grants) return "nothing";
  source.user = undefined;
  source.grants = { ...source.grants, role: other.user.name };
  return `share role ${other.user.name}`;
};

const add: Edit = (draw, actor) => addSource(draw, actor);

const EDITS: readonly Edit[] = [
  ...[changeScope, changeScope, changeTables, changeTables, changeRole, changePublication, toggleAdopt],
  ...[resetPassword, changeComment, remove, move, move, share, add],
];

/** The URNs that the program has now are no longer aliases of anything that another source has. */
export function forgetReusedAliases({ program }: Actor): void {
  const now = new Set(
    program.flatMap((source) => KINDS.flatMap((kind) => (argumentsOf(kind, source) ? [urnOf(kind, source)] : []))),
  );
  for (const source of program)
    source.formerly = source.formerly.filter((address) => KINDS.every((kind) => !now.has(urnOf(kind, address))));
}
