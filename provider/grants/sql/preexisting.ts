import type { ActualRight, RightFilter } from "./actual";

/** One right in the form of the state: the OIDs of its objects, and their names for a moved database. */
type Remembered = [kind: ActualRight["kind"], ids: number[], names: string[]];

/** Stands for the owner as the grantor. A new owner of an object becomes the grantor of what the old owner granted. */
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

/** Whether `rightKey` could have made it. It comes from a comment, which anyone may have written. */
export function isRightKey(key: unknown): key is string {
  try {
    const [kind, ids, names] = JSON.parse(String(key)) as unknown[];
    return typeof kind === "string" && Array.isArray(ids) && Array.isArray(names);
  } catch {
    return false;
  }
}

/** States of the first version have names only. */
function parsed(key: Remembered | [ActualRight["kind"], ...string[]]): Remembered {
  const [kind, ...rest] = key;
  return Array.isArray(rest[0]) ? (key as Remembered) : [kind, [], rest as string[]];
}

/** The actual rights that are remembered: found by OID, or by name if no right here has that OID. */
function among(actual: ActualRight[], keys: readonly string[], byName: boolean): Set<ActualRight> {
  const rights = actual.map((right) => ({ right, ...partsOf(rightKey(right)) }));
  const here = new Set(rights.map(({ byId }) => byId));
  const all = keys.map(partsOf);
  const ids = new Set(byName ? [] : all.map(({ byId }) => byId));
  const names = new Set(all.filter(({ byId }) => byName || !here.has(byId)).map((part) => part.byName));
  return new Set(rights.filter((one) => ids.has(one.byId) || names.has(one.byName)).map(({ right }) => right));
}

/** What the role held before these grants, in the form of the state. */
export interface Preexisting {
  found?: string[];
  /** What we granted next to earlier default privileges. Rights on other tables of the same owners come from those. */
  given?: string[];
}

/** The rights that these grants did not give: the role held them before, or default privileges from before gave them. */
export function preexistingAmong(
  actual: ActualRight[],
  { found = [], given = [] }: Preexisting,
  byName: boolean,
): Set<ActualRight> {
  const before = among(actual, found, byName);
  const own = among(actual, given, byName);
  const comes = comesByDefault([...before].map(rightKey).concat(found));
  return new Set(actual.filter((right) => before.has(right) || (!own.has(right) && comes(right))));
}

/** Whether a right on a table comes from default privileges that are among these. */
export function comesByDefault(found: string[]): RightFilter {
  const sources = new Set(
    found.map(partsOf).flatMap(({ remembered: [kind, ids] }) => (kind === "default" ? [ids.join()] : [])),
  );
  return ({ kind, schemaOid, grantorOid }) =>
    kind === "table" && [schemaOid, 0].some((schema) => sources.has([grantorOid, schema].join()));
}
