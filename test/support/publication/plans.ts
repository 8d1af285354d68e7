import { parseComment } from "../../../provider/postgres/sql/mark";
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

/** The comment that carries the marker of a resource. */
export function marker(token: string, more: { mark?: string; adopted?: boolean } = {}): string {
  const { mark = MARK, ...rest } = more;
  return `pulumi-neon-clickpipes: ${JSON.stringify({ owner: { mark, token, ...rest } })}`;
}

/** An admin without superuser rights who may create publications of tables. */
export const ADMIN: Server = {
  version: 17,
  database: "app",
  systemIdentifier: "7000000000000000001",
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
    ...{ oid: 16500, name: "p", owner: "admin", allTables: false, schemas: [], mayAlter: true },
    ...{ publish: ALL_OPERATIONS, viaRoot: true, generatedColumns: "none" },
    ...rest,
    tables: tables.map((table, index) => ({ oid: 101 + index, ...parseTable(table) })),
    text,
    marked: parseComment(text),
  };
}

/** Resource `orders` with publication `p`. */
export function someInputs(args: Partial<PublicationInputs> = {}): PublicationInputs {
  return { mark: MARK, name: "p", ...args };
}

/** The state of resource `orders`, whose token is `t1`. */
export function aState(changes: Partial<PublicationInputs & PublicationOutputs> = {}): PublicationState {
  const target = { database: "app", systemIdentifier: "7000000000000000001" };
  return { ...someInputs(), id: "p", oid: 16500, token: "t1", target, filters: {}, ...changes };
}

/** A change to `args`. With `before`, it updates the resource in that state. */
export function aChange(args: Partial<PublicationInputs>, before?: PublicationState): MarkedChange {
  const inputs = someInputs(args);
  const desired = toDesired(inputs);
  if (before === undefined) return { inputs, desired, token: "t2", oid: null };
  return { inputs, desired, before, formerName: before.name, token: "t1", oid: before.oid ?? null };
}

/** A survey that finds nothing wrong. */
export function aSurvey(changes: Partial<Survey> = {}): Survey {
  return {
    ...{ server: ADMIN, actual: undefined, unpublishable: [], missing: [], owner: undefined, nameTaken: false },
    ...{ unsafe: [], newlyUnsafe: [], slots: [], excluded: [] },
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
