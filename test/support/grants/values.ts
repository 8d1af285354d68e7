import type { ActualRight } from "../../../provider/grants/sql/actual";
import type { Coverage, DatabaseRight, SchemaRight } from "../../../provider/grants/sql/coverage";
import type { DefaultRight } from "../../../provider/grants/sql/defaultRights";
import type { TableRight } from "../../../provider/grants/sql/tableRights";
import type { GrantsOwnership } from "../../../provider/postgres/sql/mark";
import type { Statement } from "../../../provider/postgres/sql/statement";

/** Rights, schemas and tables as the catalog reads return them. All belong to `admin` in database `app` unless the test says so. */

const TABLES = ["orders", "lines", "items", "sales"];

/** SELECT on a table `schema.name`, or on its column if there is one. */
export function tableRight(path: string, more: Partial<ActualRight> = {}): ActualRight {
  const [schema = "", name = "", column] = path.split(".");
  const place = { schema, name, oid: 100 + TABLES.indexOf(name), schemaOid: schemaOid(schema) };
  const columnNumber = column === undefined ? 0 : column.charCodeAt(0);
  return right({
    kind: column === undefined ? "table" : "column",
    ...place,
    column: column ?? null,
    columnNumber,
    ...more,
  });
}

export function schemaRight(schema: string, more: Partial<ActualRight> = {}): ActualRight {
  return right({ kind: "schema", schema, oid: schemaOid(schema), schemaOid: schemaOid(schema), ...more });
}

/** SELECT on the future tables of a role: in all schemas if there is none. */
export function futureRight(creator: string, schema: string, more: Partial<ActualRight> = {}): ActualRight {
  const oids = { oid: roleOid(creator), schemaOid: schemaOid(schema), grantorOid: roleOid(creator) };
  return right({ kind: "default", name: creator, schema, owner: creator, grantor: creator, ...oids, ...more });
}

export function connectRight(more: Partial<ActualRight> = {}): ActualRight {
  return right({ kind: "connect", name: "app", oid: 1, ...more });
}

function right(more: Partial<ActualRight> & Pick<ActualRight, "kind">): ActualRight {
  const names = { schema: "", name: "", column: null, owner: "admin", grantor: "admin" };
  const oids = { oid: 0, schemaOid: 0, columnNumber: 0, grantorOid: roleOid(more.grantor ?? "admin") };
  return { ...names, ...oids, actor: "self", roots: [], ...more };
}

function schemaOid(schema: string): number {
  return schema === "" ? 0 : 200 + schema.charCodeAt(0);
}

function roleOid(role: string): number {
  return 400 + role.charCodeAt(0);
}

/** A database, schemas, tables and default privileges of which the role lacks only what the test says. */
export function coverage(more: Partial<Coverage> = {}): Coverage {
  return { database: "app", databaseRight: database(), schemas: [], tables: [], defaults: [], ...more };
}

export function database(more: Partial<DatabaseRight> = {}): DatabaseRight {
  return { total: 3, connect: true, owner: "admin", actor: "self", ...more };
}

export function schemaWithout(name: string, more: Partial<SchemaRight> = {}): SchemaRight {
  return { name, root: null, owner: "admin", granted: false, effective: false, actor: "self", ...more };
}

/** A table without SELECT, or one without SELECT on `missingColumns`. */
export function tableWithout(path: string, more: Partial<TableRight> = {}): TableRight {
  const [schema = "", name = ""] = path.split(".");
  const rows = { hidesRows: false, showsRows: true, narrowedBy: [], rowsHeldBy: null };
  const rights = { granted: false, effective: false, actor: "self", member: true } as const;
  const oids = {
    oid: 100 + TABLES.indexOf(name),
    schemaOid: schemaOid(schema),
    ownerOid: roleOid(more.owner ?? "admin"),
  };
  const asked = { whole: true, root: null, kind: "r", columns: null, missingColumns: [] };
  return { schema, name, owner: "admin", ...rows, ...rights, ...oids, ...asked, ...more };
}

export function futureWithout(creator: string, schema: string, more: Partial<DefaultRight> = {}): DefaultRight {
  return { creator, schema, granted: false, actor: "self", ...more };
}

/** The note of one ClickPipesGrants on a role. */
export function note(mark: string, more: Partial<GrantsOwnership> = {}): GrantsOwnership {
  return { database: "app", mark, token: `token of ${mark}`, ...more };
}

/** One line for each statement, with the role that runs it if that isn't the admin. */
export function textsOf(statements: Statement[]): string[] {
  return statements.map(({ text, actor }) => (actor === undefined ? text : `as ${actor}: ${text}`));
}
