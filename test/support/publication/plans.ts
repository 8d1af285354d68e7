import { type Asker, type Whose, whose } from "../../../provider/ownership/whose";
import { type Ownership, parseComment } from "../../../provider/postgres/sql/mark";
import type { Place } from "../../../provider/postgres/sql/place";
import type { Server } from "../../../provider/postgres/sql/server";
import type { Statement } from "../../../provider/postgres/sql/statement";
import { parseTable, type TableSpec } from "../../../provider/postgres/sql/table";
import type { ActualPublication, PublishedTable } from "../../../provider/publication/sql/actual";
import type { DesiredPublication } from "../../../provider/publication/sql/desired";
import type { UnsafeTable } from "../../../provider/publication/sql/safety";
import type { UnpublishableTable } from "../../../provider/publication/sql/unpublishable";
import {
  type PublicationInputs,
  type PublicationOutputs,
  type PublicationState,
  toDesired,
} from "../../../provider/publication/state";
import type { MarkedChange, Survey } from "../../../provider/publication/survey";

export const MARK = "organization/app/dev/Publication/orders";
export const OTHER_MARK = "organization/app/prod/Publication/theirs";
export const ALL_OPERATIONS = ["insert", "update", "delete", "truncate"];

export const HERE: Place = { database: "app", systemIdentifier: "7000000000000000001" };

/** The comment that carries the marker of a resource, as a resource in the program's top level writes it. */
export function marker(token: string, more: Partial<Omit<Ownership, "token">> = {}): string {
  const { mark = MARK, path = "", place = HERE, ...rest } = more;
  return `pulumi-neon-clickpipes: ${JSON.stringify({ owner: { mark, path, token, place, ...rest } })}`;
}

/** The same as an earlier version wrote it, which knew neither path nor place. */
export function earlierMarker(token: string, mark = MARK): string {
  return `pulumi-neon-clickpipes: ${JSON.stringify({ owner: { mark, token } })}`;
}

/** An admin without superuser rights who may create publications of tables. */
export const ADMIN: Server = {
  version: 17,
  ...HERE,
  inRecovery: false,
  user: "admin",
  login: "admin",
  superuser: false,
  createRole: true,
  replication: true,
  mayCreate: true,
  memberOfPrivilegedRole: false,
};
export const SUPERUSER: Server = { ...ADMIN, superuser: true };

/** Publication `p` of the listed tables, with nothing else requested. */
export function aDesired(changes: Partial<Omit<DesiredPublication, "tables">> & { tables?: TableSpec[] } = {}) {
  const { tables = [], ...rest } = changes;
  const desired: DesiredPublication = {
    ...{ name: "p", allTables: false, schemas: [] },
    ...rest,
    tables: tables.map(parseTable),
  };
  return desired;
}

type FoundTable = string | (Omit<PublishedTable, "oid"> & { oid?: number });

/** Publication `p` of the admin with all operations, via the root, and this resource's marker. The first table has OID 101. */
export function anActual(
  changes: Partial<Omit<ActualPublication, "tables" | "marked">> & { tables?: FoundTable[] } = {},
): ActualPublication {
  const { tables = [], text = marker("t1"), ...rest } = changes;
  return {
    ...{ oid: 16500, name: "p", owner: "admin", allTables: false, schemas: [], schemaOids: {}, mayAlter: true },
    ...{ publish: ALL_OPERATIONS, viaRoot: true, generatedColumns: "none" },
    ...rest,
    tables: tables.map((table, index) => ({ oid: 101 + index, ...parseTable(table) })),
    text,
    marked: parseComment(text),
  };
}

/** Resource `orders` with publication `p`. */
export function someInputs(args: Partial<PublicationInputs> = {}): PublicationInputs {
  return { mark: MARK, path: "", name: "p", ...args };
}

/** The state of resource `orders`, whose token is `t1`. */
export function aState(changes: Partial<PublicationInputs & PublicationOutputs> = {}): PublicationState {
  return { ...someInputs(), id: "p", oid: 16500, token: "t1", target: HERE, filters: {}, ...changes };
}

/** Resource `orders`, with what its state holds. */
export function anAsker(state?: Partial<PublicationState>, more: Partial<Asker> = {}): Asker {
  const { token, oid } = state ?? {};
  return { identities: [someInputs()], here: HERE, ...(state && { state: { token, oid } }), ...more };
}

/** Whose the publication is to the resource in that state. */
export function whoseTo(state: PublicationState | undefined, actual: ActualPublication): Whose {
  return whose(actual, anAsker(state));
}

/** A change to `args`. With `before`, it updates the resource in that state. */
export function aChange(args: Partial<PublicationInputs>, before?: PublicationState): MarkedChange {
  const inputs = someInputs(args);
  const desired = toDesired(inputs);
  const asker = (here: Place) => anAsker(before ?? { token: "t2" }, { here });
  if (before === undefined) return { inputs, desired, token: "t2", oid: null, asker };
  return { inputs, desired, before, formerName: before.name, token: "t1", oid: before.oid ?? null, asker };
}

/** A survey that finds nothing wrong. */
export function aSurvey(changes: Partial<Survey> = {}): Survey {
  return {
    ...{
      server: ADMIN,
      actual: undefined,
      unpublishable: [],
      missing: [],
      schemas: [],
      owner: undefined,
      nameTaken: false,
    },
    ...{ unsafe: [], newlyUnsafe: [], slots: [], excluded: [], marked: [] },
    children: [],
    unsafeOfOthers: [],
    deepPartitions: [],
    ...changes,
  };
}

/** Table `s.t`, which has no identity and can get any. */
export function anUnsafe(changes: Partial<UnsafeTable> = {}): UnsafeTable {
  return {
    ...{ schema: "s", name: "t", hazard: "noIdentity", columns: null },
    ...{ primaryKey: false, uniqueIndex: null, full: true, invalidIndex: null },
    ...changes,
  };
}

/** Table `s.t`, with which nothing is wrong but `changes`. */
export function anUnpublishable(changes: Partial<UnpublishableTable>): UnpublishableTable {
  return {
    ...{ schema: "s", name: "t", kind: null, owned: true, owner: "admin" },
    ...{ unknownColumns: [], generatedColumns: [], needsRoot: false },
    ...changes,
  };
}

export function texts(statements: readonly Statement[]): string[] {
  return statements.map(({ text }) => text);
}
