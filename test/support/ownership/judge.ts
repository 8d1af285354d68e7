import { isElsewhere } from "../../../provider/ownership/whose";
import type { GrantsOwnership, Ownership } from "../../../provider/postgres/sql/mark";
import type { Place } from "../../../provider/postgres/sql/place";
import { type Catalog, type CatalogObject, changedKeys, difference, withoutNotes } from "./catalog";
import type { Operation } from "./engine";
import { describeOperation } from "./engine";
import type { Entry } from "./entry";

/** What the judge knows about the operation besides its arguments. */
export interface Scene {
  before: Catalog;
  after: Catalog;
  succeeded: boolean;
  /** What the provider said during the operation. */
  said: readonly string[];
  here: Place;
  /** All entries of all stacks, for what their grants still ask for. */
  entries: readonly Entry[];
}

/** Names everything that the operation changed, and that it had no right to change. */
export function judge(operation: Operation, scene: Scene): string[] {
  const { verb, subject } = operation;
  const changes = changesOf(scene);
  const problems =
    verb === "check" || verb === "read"
      ? all(changes)
      : { ClickPipesUser: judgeUser, ClickPipesGrants: judgeGrants, Publication: judgePublication }[subject.kind](
          operation,
          scene,
          changes,
        );
  return problems.map((problem) => `${describeOperation(operation)}: ${problem}`);
}

interface ChangedThings {
  roles: string[];
  /** Roles whose notes of grants changed. */
  notes: string[];
  publications: string[];
  rights: string[];
  rest: string[];
}

function changesOf({ before, after }: Scene): ChangedThings {
  const notesOf = ({ marked }: CatalogObject) => JSON.stringify(marked.grants);
  const isStill = (role: string) => before.roles.has(role) && after.roles.has(role);
  return {
    roles: changedKeys(before.roles, after.roles, withoutNotes),
    notes: changedKeys(before.roles, after.roles, notesOf).filter(isStill),
    publications: changedKeys(before.publications, after.publications, withoutNotes),
    rights: difference(before.rights.keys(), after.rights.keys()),
    rest: difference(before.rest, after.rest),
  };
}

function all({ roles, notes, publications, rights, rest }: ChangedThings): string[] {
  return [
    ...roles.map((name) => `changed role ${name}`),
    ...notes.map((name) => `changed the notes on role ${name}`),
    ...publications.map((name) => `changed publication ${name}`),
    ...[...rights, ...rest].map((line) => `changed ${line}`),
  ];
}

function judgeUser(operation: Operation, scene: Scene, changes: ChangedThings): string[] {
  const { before } = scene;
  const bad = changes.roles.filter((name) => !mayChange(operation, scene, "role", name, before.roles.get(name)));
  const isOfChanged = (line: string) => changes.roles.some((name) => line.includes(name));
  return [
    ...all({ ...changes, roles: bad, rights: changes.rights.filter((line) => !isOfChanged(line)), rest: [] }),
    ...changes.rest.filter((line) => !isOfChanged(line)).map((line) => `changed ${line}`),
    ...silentTakeover(operation, scene, "role", before.roles.get(String(operation.inputs.name))),
  ];
}

function judgePublication(operation: Operation, scene: Scene, changes: ChangedThings): string[] {
  const { before } = scene;
  const { database } = operation.subject;
  const bad = changes.publications.filter((key) => {
    const [where, name = ""] = key.split("/");
    return where !== database || !mayChange(operation, scene, "publication", name, before.publications.get(key));
  });
  const found = before.publications.get(`${database}/${operation.inputs.name}`);
  return [...all({ ...changes, publications: bad }), ...silentTakeover(operation, scene, "publication", found)];
}

/** Whether the object is, or may become, the one that the operation is for. */
function mayChange(
  { verb, subject, inputs, entry }: Operation,
  { here, before, after }: Scene,
  kind: "role" | "publication",
  name: string,
  namedSo: CatalogObject | undefined,
): boolean {
  // A rename shows as one object gone and another made.
  const [olds, news] = kind === "role" ? [before.roles, after.roles] : [before.publications, after.publications];
  const now = news.get(kind === "role" ? name : `${subject.database}/${name}`);
  const found = namedSo ?? [...olds.values()].find(({ oid }) => oid === now?.oid);
  const isNamed = name === inputs.name || name === entry?.outputs.name;
  if (!found) return verb !== "delete" && name === inputs.name;
  const { owner } = found.marked;
  const state = entry?.outputs ?? {};
  const isInState = found.oid === (kind === "role" ? state.roleOid : state.oid);
  if (owner && state.token !== undefined && owner.token === state.token) return true;
  if (verb === "delete") return !owner && isInState && state.adopted === true;
  if (!isNamed && !isInState) return false;
  const isOwn =
    owner !== undefined &&
    [inputs, entry?.inputs ?? inputs].some((one) => isSame(owner, operationIdentity(one))) &&
    !isElsewhere(owner.place, placeFor(kind, here));
  if (verb === "update")
    return isOwn || (!owner && isInState) || (inputs.adopt === true && mayAdopt(owner, inputs, kind, here));
  if (isOwn) return !(owner.path === undefined && subject.inputs.namesakes === true);
  return inputs.adopt === true && mayAdopt(owner, inputs, kind, here);
}

function mayAdopt(
  owner: Ownership | undefined,
  inputs: Operation["inputs"],
  kind: "role" | "publication",
  here: Place,
): boolean {
  if (!owner || isElsewhere(owner.place, placeFor(kind, here))) return true;
  return stackOf(owner.mark) !== stackOf(String(inputs.mark));
}

function placeFor(kind: "role" | "publication", { database, ...server }: Place) {
  return kind === "role" ? server : { ...server, database };
}

function operationIdentity({ mark, path }: Operation["inputs"]): { mark: string; path?: string } {
  return { mark: String(mark), ...(typeof path === "string" && { path }) };
}

type Named = Pick<Ownership, "mark" | "path">;

function isSame(a: Named, b: Named): boolean {
  return a.mark === b.mark && (a.path === undefined || b.path === undefined || a.path === b.path);
}

function stackOf(mark: string): string {
  return mark.split("/").slice(0, 3).join("/");
}

/** Taking over what exists must be said. */
function silentTakeover(
  { verb, inputs }: Operation,
  { succeeded, said }: Scene,
  kind: "role" | "publication",
  found: CatalogObject | undefined,
): string[] {
  if (verb !== "create" || !succeeded || !found) return [];
  const isSaid = said.some((line) => line.includes(`${kind} "${inputs.name}" exists`));
  return isSaid ? [] : [`took over ${kind} ${inputs.name} without a word`];
}

function judgeGrants(operation: Operation, scene: Scene, changes: ChangedThings): string[] {
  const { before, after, entries } = scene;
  const { inputs, entry, subject } = operation;
  const oid = entry?.outputs.roleOid;
  const own = [
    inputs.role,
    entry?.outputs.role,
    ...[...before.roles].filter(([, role]) => role.oid === oid).map(([name]) => name),
  ];
  const isOwn = (role: string) => own.includes(role);
  const badRights = changes.rights.filter((line) => {
    const right = before.rights.get(line.slice(2)) ?? after.rights.get(line.slice(2));
    return (
      !right ||
      !isOwn(right.grantee) ||
      right.database !== subject.database ||
      !/^(SELECT|USAGE|CONNECT) /.test(right.what)
    );
  });
  const lost = changes.rights.filter((line) => line.startsWith("- ")).map((line) => line.slice(2));
  return [
    ...all({ ...changes, notes: changes.notes.filter((name) => !isOwn(name)), rights: badRights }),
    ...changes.notes.flatMap((name) => foreignNotes(operation, scene, name)),
    ...wantedByOthers(operation, scene, entries, lost),
  ];
}

/** Notes of other grants that the operation changed. */
function foreignNotes({ inputs, entry, subject }: Operation, { before, after, here }: Scene, role: string): string[] {
  const notesOf = (catalog: Catalog) => catalog.roles.get(role)?.marked.grants ?? [];
  const isForeign = (note: GrantsOwnership) =>
    note.token !== entry?.outputs.token &&
    (note.database !== here.database || isElsewhere(note.place, here) || !isSame(note, operationIdentity(inputs)));
  const texts = (catalog: Catalog) =>
    notesOf(catalog)
      .filter(isForeign)
      .map((note) => JSON.stringify(note));
  const isNew = (note: string) => !note.includes(`"mark":"${inputs.mark}"`);
  return difference(texts(before), texts(after))
    .filter((line) => line.startsWith("- ") || isNew(line))
    .map((line) => `changed another note in ${subject.database}: ${line}`);
}

/** Rights that grants in the state of some stack, noted on the role, still ask for. */
function wantedByOthers(
  { entry, subject, inputs }: Operation,
  { before }: Scene,
  entries: readonly Entry[],
  lost: string[],
): string[] {
  const others = entries.filter((other) => {
    if (other.kind !== "ClickPipesGrants" || other === entry || other.database !== subject.database) return false;
    if (isSame(operationIdentity(other.inputs), operationIdentity(inputs)) || other.deleting) return false;
    const notes = before.roles.get(String(other.outputs.role))?.marked.grants ?? [];
    return notes.some(({ token }) => token === other.outputs.token);
  });
  return lost
    .filter((line) => others.some((other) => wants(other, line)))
    .map((line) => `revoked what others ask for: ${line}`);
}

function wants({ outputs }: Entry, line: string): boolean {
  if (!line.startsWith(`${outputs.role} has SELECT on table `)) return false;
  const tables = (outputs.tables ?? []) as unknown[];
  const schemas = (outputs.schemas ?? []) as string[];
  return (
    tables.some((table) => line.includes(` on table ${table} in `)) ||
    schemas.some((schema) => line.includes(` on table ${schema}.`))
  );
}
