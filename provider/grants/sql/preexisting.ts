import type { ActualRight, RightFilter } from "./actual";

/** One right as the state remembers it: by what Postgres knows its objects by, and by their names for a moved database. */
type Remembered = [kind: ActualRight["kind"], ids: number[], names: string[]];

/** Where the owner granted it, whoever that is: a new owner of an object becomes the grantor of what the old one gave. */
const OWNER = 0;

export function rightKey(right: ActualRight): string {
  const { kind, schema, name, column, grantor, oid, schemaOid, columnNumber, owner } = right;
  const grantorOid = grantor === owner ? OWNER : right.grantorOid;
  const ids = kind === "default" ? [oid, schemaOid] : [oid, columnNumber, grantorOid];
  const names = [schema, name, grantor, ...(column === null ? [] : [column])];
  return JSON.stringify([kind, ids, names] satisfies Remembered);
}

function partsOf(key: string): { byId: string; byName: string; remembered: Remembered } {
  const remembered = parsed(JSON.parse(key));
  const [kind, ids, names] = remembered;
  return { byId: JSON.stringify([kind, ids]), byName: JSON.stringify([kind, names]), remembered };
}

/** Of what stands in a comment, which anybody may have written, what `rightKey` could have made. */
export function isRightKey(key: unknown): key is string {
  try {
    const [kind, ids, names] = JSON.parse(String(key)) as unknown[];
    return typeof kind === "string" && Array.isArray(ids) && Array.isArray(names);
  } catch {
    return false;
  }
}

/** States of the first version have names alone. */
function parsed(key: Remembered | [ActualRight["kind"], ...string[]]): Remembered {
  const [kind, ...rest] = key;
  return Array.isArray(rest[0]) ? (key as Remembered) : [kind, [], rest as string[]];
}

/** Which of the actual rights are among the remembered: by id, or by name where the id means nothing here any more. */
function amongst(actual: ActualRight[], keys: readonly string[], byName: boolean): Set<ActualRight> {
  const rights = actual.map((right) => ({ right, ...partsOf(rightKey(right)) }));
  const here = new Set(rights.map(({ byId }) => byId));
  const all = keys.map(partsOf);
  const ids = new Set(byName ? [] : all.map(({ byId }) => byId));
  const names = new Set(all.filter(({ byId }) => byName || !here.has(byId)).map((part) => part.byName));
  return new Set(rights.filter((one) => ids.has(one.byId) || names.has(one.byName)).map(({ right }) => right));
}

/** What stood before us, as the state keeps it. */
export interface Preexisting {
  found?: string[];
  /** What we gave where default privileges stood before: the others of those tables have their rights from these. */
  given?: string[];
}

/** The rights that are not ours: there before us, or a later consequence of what was. */
export function preexistingAmong(
  actual: ActualRight[],
  { found = [], given = [] }: Preexisting,
  byName: boolean,
): Set<ActualRight> {
  const before = amongst(actual, found, byName);
  const ours = amongst(actual, given, byName);
  const comes = comesByDefault([...before].map(rightKey).concat(found));
  return new Set(actual.filter((right) => before.has(right) || (!ours.has(right) && comes(right))));
}

/** Whether a right on a table comes by default privileges that are among these. */
export function comesByDefault(found: string[]): RightFilter {
  const sources = new Set(
    found.map(partsOf).flatMap(({ remembered: [kind, ids] }) => (kind === "default" ? [ids.join()] : [])),
  );
  return ({ kind, schemaOid, grantorOid }) =>
    kind === "table" && [schemaOid, 0].some((schema) => sources.has([grantorOid, schema].join()));
}
