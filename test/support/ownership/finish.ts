import type { Actor } from "./actor";
import { type Catalog, type CatalogObject, difference } from "./catalog";
import { COPIED } from "./foreign";
import type { History } from "./history";
import { type Ledger, resourceOf } from "./ledger";
import { DATABASES, type Database, type Kind, type Source } from "./program";
import { FOREIGN_ROLES, TABLES } from "./world";

const MOST_ROUNDS = 12;

/** Destroys all stacks, takes back what states have lost, and compares the catalog with the one before the first step. */
export async function finish(history: History, atFirst: Catalog): Promise<void> {
  for (const actor of mixed(history)) {
    history.log.push(`${history.describeStates()}\n${actor.label} is destroyed at the end`);
    await history.act(actor, "destroy");
  }
  await takeBackLost(history);
  await dropHandedOver(history, atFirst);
  await renameForgotten(history, atFirst);
  const problems = compareCatalogs(history.ledger, atFirst, await history.world.catalog());
  if (problems.length > 0) history.violated(`left at the end:\n${problems.join("\n")}`);
}

function mixed({ actors, draw }: History): Actor[] {
  return draw.chance(0.5) ? [...actors] : [...actors].reverse();
}

/** A marker of one of the stacks, on something that no state knows any more. */
interface Leftover {
  kind: Kind;
  mark: string;
  path: string;
  database: Database;
  object: string;
}

async function takeBackLost(history: History): Promise<void> {
  for (let round = 0; ; round++) {
    const left = await leftovers(history);
    const [first] = left;
    if (!first) return;
    if (round >= MOST_ROUNDS) history.violated(`cannot be taken back: ${JSON.stringify(left)}`);
    await takeBack(history, first);
  }
}

async function leftovers({ world, actors }: History): Promise<Leftover[]> {
  const { roles, publications } = await world.catalog();
  const stacks = new Set(actors.map(({ stack }) => `organization/app/${stack}/`));
  const isOurs = (mark: string) => [...stacks].some((prefix) => mark.startsWith(prefix));
  const databaseOf = (name: string) => DATABASES.find((one) => world.databaseName(one) === name) ?? "one";
  const all: Leftover[] = [];
  const add = (
    kind: Kind,
    note: { mark: string; path?: string; token: string },
    database: Database,
    object: string,
  ) => {
    if (isOurs(note.mark) && note.token !== COPIED)
      all.push({ kind, mark: note.mark, path: note.path ?? "", database, object });
  };
  for (const [name, { marked }] of roles) {
    for (const note of marked.grants) add("ClickPipesGrants", note, databaseOf(note.database), name);
    if (marked.owner) add("ClickPipesUser", marked.owner, databaseOf(marked.owner.place?.database ?? ""), name);
  }
  for (const [key, { marked }] of publications) {
    const [database, name = ""] = key.split("/");
    if (marked.owner) add("Publication", marked.owner, database as Database, name);
  }
  return all;
}

/** What the user does: the program that made it runs once more, and is destroyed. */
async function takeBack(history: History, left: Leftover): Promise<void> {
  const { kind, mark, path, database, object } = left;
  const isSaid = history.said.some((line) => line.includes(`"${object}"`));
  if (!isSaid && !history.ledger.lost.has(resourceOf({ mark })))
    history.violated(`left without a word: ${JSON.stringify(left)}`);
  const [, , stack, , name = ""] = mark.split("/");
  const actor = history.actors.find((one) => one.stack === stack);
  if (!actor) throw new Error(`no stack has ${mark}`);
  const source: Source = { name, path, database, formerly: [] };
  if (kind === "ClickPipesUser") source.user = { name: object };
  else if (kind === "ClickPipesGrants") source.grants = { role: object, tables: [TABLES[0]] };
  else source.publication = { name: object, tables: [TABLES[0]], allowReplace: true };
  actor.program = [source];
  history.log.push(`${actor.label} takes back ${JSON.stringify(left)}`);
  await history.act(actor, "up");
  await history.act(actor, "destroy");
  history.ledger.forgotten.add(object);
}

/** Objects that an admin handed over, and those of which both the state and the marker are gone: only the admin knows them. */
async function dropHandedOver({ world, ledger, log }: History, atFirst: Catalog): Promise<void> {
  const { roles, publications } = await world.catalog();
  const isExcused = (name: string) =>
    (ledger.wiped.has(name) && (ledger.handedOver.has(name) || ledger.forgotten.has(name))) ||
    // Stacks adopted it from each other, so that in the end it is nobody's.
    (ledger.adopted.has(name) && ledger.forgotten.has(name));
  const oids = new Set([...atFirst.roles.values(), ...atFirst.publications.values()].map(({ oid }) => oid));
  for (const [key, { oid }] of publications) {
    const [database, name = ""] = key.split("/");
    if (oids.has(oid) || !isExcused(name)) continue;
    log.push(`admin drops publication ${name}`);
    await world.asSuperuser(database as Database, `drop publication ${name}`);
  }
  for (const [name, { oid }] of roles) {
    if (oids.has(oid) || !isExcused(name)) continue;
    log.push(`admin drops role ${name}`);
    for (const database of DATABASES) await world.asSuperuser(database, `drop owned by ${name}`);
    await world.asSuperuser("one", `drop role ${name}`);
  }
}

/** An object that was renamed as the program asked, and of whose former name no state knows any more. */
async function renameForgotten({ world, ledger }: History, atFirst: Catalog): Promise<void> {
  const now = await world.catalog();
  const isForgotten = (...names: string[]) => names.some((name) => ledger.forgotten.has(name));
  for (const [from, to] of renamed(now.roles, atFirst.roles)) {
    if (isForgotten(from, to)) await world.asSuperuser("one", `alter role ${from} rename to ${to}`);
    if (isForgotten(from, to)) ledger.forgotten.add(to);
    if (ledger.wiped.has(from)) ledger.wiped.add(to);
  }
  for (const [from, to] of renamed(now.publications, atFirst.publications)) {
    const [[database, name = ""], [, first = ""]] = [from.split("/"), to.split("/")];
    if (!isForgotten(name, first)) continue;
    await world.asSuperuser(database as Database, `alter publication ${name} rename to ${first}`);
    ledger.forgotten.add(first);
  }
}

/** The names that objects have now, and those that they had. */
function renamed(now: Map<string, CatalogObject>, atFirst: Map<string, CatalogObject>): [string, string][] {
  return [...atFirst].flatMap(([before, { oid }]): [string, string][] => {
    const [name] = [...now].find(([, object]) => object.oid === oid) ?? [];
    return name === undefined || name === before ? [] : [[name, before]];
  });
}

/** What differs, beside what an adopted object keeps, and what nothing remembers of the time before it was adopted. */
export function compareCatalogs(ledger: Ledger, before: Catalog, after: Catalog): string[] {
  const isUnsure = (line: string) =>
    FOREIGN_ROLES.some((role) => line.includes(role) && ledger.forgotten.has(role) && ledger.wiped.has(role));
  return [
    ...difference(objectLines(before.roles, ledger), objectLines(after.roles, ledger)),
    ...difference(objectLines(before.publications, ledger), objectLines(after.publications, ledger)),
    ...difference(before.rights.keys(), after.rights.keys()).filter((line) => !isUnsure(line)),
    ...difference(before.rest, after.rest),
  ];
}

/** An adopted object keeps its password, and what nothing remembers of the time before it was adopted. */
function objectLines(objects: Map<string, CatalogObject>, { forgotten, written }: Ledger): string[] {
  return [...objects].map(([key, { facts, oid, comment, password }]) => {
    const name = key.split("/").at(-1) ?? key;
    if (forgotten.has(name)) return `${key} ${oid}`;
    return JSON.stringify([key, oid, facts, comment, written.has(name) ? "" : password]);
  });
}
