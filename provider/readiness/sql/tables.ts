import type { Blocker } from "../../postgres/errors";
import type { RowSecurity } from "../../postgres/sql/rowSecurity";
import { type Query, queryRows } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";
import type { MappedTable } from "../check";
import { mappedTables, mappedValues } from "./mappedTables";
import { COLUMNS, generatedColumns, IDENTITY, membership, OTHER_INDEX, RIGHTS, ROW_SECURITY } from "./tableExpressions";

export interface TableFacts extends TableName, RowSecurity {
  exists: boolean;
  kind: string;
  persistent: boolean;
  partition: boolean;
  usage: boolean;
  selectable: boolean;
  /** The columns that the pipe reads, where it does not read all of them. */
  columns: string[] | null;
  /** Rows may be hidden from the role. */
  rowSecurity: boolean;
  identity: string;
  hasKey: boolean;
  hasIdentityIndex: boolean;
  /** A unique index that could be the replica identity, and its columns. */
  otherIndex: string | null;
  otherColumns: string[] | null;
  /** What the pipe leaves out although there is no such column. */
  unknownColumns: string[];
  /** Columns that come with the first load and never with a change. */
  generated: string[];
  /** Those of them that no publication can publish. */
  virtual: string[];
  generatedInKey: boolean;
  /** Named by the publication: itself, by its schema, or with all tables. */
  member: boolean;
  published: boolean;
  /** The published table whose partition it is. */
  publishedParent: TableName | null;
  listed: string[] | null;
  filter: string | null;
  /** There is a filter, be its text known or not. */
  filtered: boolean;
  /** Who keeps us from reading it. */
  filterHeldBy: Blocker | null;
  unpublishedColumns: string[];
}

/** Facts on the mapped tables; without a list, on those that the publication publishes. One row each, in one statement. */
export function readTableFacts(
  version: number,
  role: string,
  publication: string,
  tables: MappedTable[] | undefined,
): Query<TableFacts[]> {
  return queryRows(
    `
    ${mappedTables(version)}
    select m.schema, m.name, c.oid is not null as "exists", coalesce(c.relkind, ' ') as "kind", coalesce(c.relpersistence = 'p', false) as "persistent",
           coalesce(c.relispartition, false) as "partition",${[RIGHTS, COLUMNS, ROW_SECURITY, IDENTITY, generatedColumns(version), membership(version)].join(",")}
      from mapped m
      left join pg_roles r on r.rolname = $1
      left join pg_namespace n on n.nspname = m.schema
      left join pg_class c on c.oid = m.oid
      left join publication p on true
      left join pg_publication_rel l on l.prpubid = p.oid and l.prrelid = c.oid
      left join lateral ${OTHER_INDEX} o on true
      left join under u on u.leaf = c.oid left join pg_class uc on uc.oid = u.parent left join pg_namespace un on un.oid = uc.relnamespace
     order by m.schema collate "C", m.name collate "C"`,
    [role, publication, ...mappedValues(tables)],
  );
}
