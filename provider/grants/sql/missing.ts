import { type Query, queryRows } from "../../postgres/sql/statement";
import { displayIdentifier, displayTable, parseTable } from "../../postgres/sql/table";
import { LISTED_TABLE, READABLE, type ScopeInputs } from "./scope";

export interface MissingName {
  kind: "schema" | "table" | "column" | "role";
  /** The schema of the table, or of the column's table. */
  schema: string | null;
  table: string | null;
  name: string;
}

/** The names in the scope that this database does not have. */
export function readMissing({ schemas = [], tables = [], objectOwners = [] }: ScopeInputs): Query<MissingName[]> {
  const wanted = tables.map(parseTable).map(({ schema, name, columns }) => ({ schema, name, columns }));
  return queryRows(
    `
    with wanted as (
      select w.*, c.oid
        from jsonb_to_recordset($2::jsonb) as w (schema text, name text, columns text[])
        left join pg_namespace s on s.nspname = w.schema
        left join ${LISTED_TABLE} c on ${READABLE}
    )
    select 'schema' as "kind", null as "schema", null as "table", w.name as "name" from unnest($1::text[]) as w (name)
     where not exists (select from pg_namespace n where n.nspname = w.name)
    union all
    select 'table', w.schema, w.name, w.name from wanted w where w.oid is null
    union all
    select 'column', w.schema, w.name, k.name from wanted w, unnest(w.columns) as k (name)
     where w.oid is not null and not exists (select from pg_attribute t where t.attrelid = w.oid and t.attname = k.name
                                                and t.attnum > 0 and not t.attisdropped)
    union all
    select 'role', null, null, w.name from unnest($3::text[]) as w (name)
     where not exists (select from pg_roles r where r.rolname = w.name)`,
    [schemas === "*" ? [] : schemas, JSON.stringify(wanted), objectOwners],
  );
}

export function displayMissing({ kind, schema, table, name }: MissingName): string {
  if (schema === null || table === null) return `${kind} ${displayIdentifier(name)}`;
  const of = displayTable({ schema, name: table });
  return kind === "table" ? `table ${of}` : `column ${displayIdentifier(name)} of ${of}`;
}
