import type { Blocker } from "../../postgres/errors";
import { lockerOf } from "../../postgres/sql/lockHolders";
import type { RowSecurity } from "../../postgres/sql/rowSecurity";
import { type Query, queryRows } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";
import type { MappedTable } from "../check";
import { mappedTables, mappedValues } from "./mappedTables";
import {
  COLUMNS,
  generatedColumns,
  IDENTITY,
  membership,
  OTHER_INDEX,
  RIGHTS,
  ROW_SECURITY,
  SUMMARIES,
} from "./tableExpressions";

export interface TableFacts extends TableName, RowSecurity {
  exists: boolean;
  kind: string;
  persistent: boolean;
  partition: boolean;
  usage: boolean;
  selectable: boolean;
  /** The columns that the pipe reads. Null if it reads all. */
  columns: string[] | null;
  /** It has no columns, or all are excluded. */
  columnless: boolean;
  /** Row-level security may hide rows from the role. */
  rowSecurity: boolean;
  /** It has row-level security, and the role is subject to it. */
  secured: boolean;
  subject: boolean;
  /** Who has it locked. */
  heldBy: Blocker | null;
  identity: string;
  hasKey: boolean;
  hasIdentityIndex: boolean;
  /** The columns by which ClickPipes orders it. Null if it has none; empty if no column is excluded. */
  key: string[] | null;
  /** A unique index that could become the replica identity, and its columns. */
  otherIndex: string | null;
  otherColumns: string[] | null;
  /** Excluded columns that do not exist. */
  unknownColumns: string[];
  /** Generated columns that the initial load includes and changes do not. */
  generated: string[];
  /** Virtual generated columns, which no publication can publish. */
  virtual: string[];
  generatedInKey: boolean;
  /** The publication contains the table itself, its schema, or all tables. */
  member: boolean;
  published: boolean;
  /** The published table that it is a partition of. */
  publishedParent: TableName | null;
  listed: string[] | null;
  filter: string | null;
  /** It has a filter, even if its text is unknown. */
  filtered: boolean;
  /** Whose lock prevents reading the filter. */
  filterHeldBy: Blocker | null;
  unpublishedColumns: string[];
}

/** Facts about the mapped tables or, without a list, about the published ones: one row each, in one query. */
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
           coalesce(c.relispartition, false) as "partition", ${lockerOf("c.oid")} as "heldBy",${[RIGHTS, COLUMNS, ROW_SECURITY, IDENTITY, generatedColumns(version), membership(version)].join(",")}
      from mapped m
      left join pg_roles r on r.rolname = $1
      left join pg_namespace n on n.nspname = m.schema
      left join pg_class c on c.oid = m.oid
      left join publication p on true
      left join pg_publication_rel l on l.prpubid = p.oid and l.prrelid = c.oid
${SUMMARIES}
      left join lateral ${OTHER_INDEX} o on true
      left join under u on u.leaf = c.oid left join pg_class uc on uc.oid = u.parent left join pg_namespace un on un.oid = uc.relnamespace
     order by m.schema collate "C", m.name collate "C"`,
    [role, publication, ...mappedValues(tables)],
  );
}
