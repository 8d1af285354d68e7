import type { DesiredPublication } from "./publicationPlan";
import { type ActualPublication, publicationOid, type Which, whichValues } from "./publicationRead";
import { type Statement, statement } from "./statement";
import { type Table, tableKey } from "./table";

/**
 * What is published between `actual` and `desired` where tables pass from the list to their schema or back, else undefined:
 * what passes stays in both. Were it one commit, a reader would lose changes of the transactions that are open then: it reads
 * them with the catalog as it was, but with caches that may know the new one, and finds the table neither here nor there
 * [tried on 15 to 18]. No column is shown that neither state shows.
 */
export function overlapping(desired: DesiredPublication, actual: ActualPublication): DesiredPublication | undefined {
  const wished = new Set(desired.tables.map(tableKey));
  const wishedIn = new Set(desired.tables.map(({ schema }) => schema));
  const schemas = actual.schemas.filter((name) => !desired.schemas.includes(name) && wishedIn.has(name));
  const tables = actual.tables.filter(
    (table) => !wished.has(tableKey(table)) && desired.schemas.includes(table.schema),
  );
  if (schemas.length + tables.length === 0) return undefined;
  const listed = new Set(actual.tables.map(tableKey));
  // Beside schemas Postgres takes no list of columns; a table that would come with one comes when they have gone.
  const mayCome = (table: Table) =>
    table.columns === undefined || actual.schemas.includes(table.schema) || listed.has(tableKey(table));
  return {
    ...desired,
    owner: undefined,
    schemas: [...desired.schemas, ...schemas],
    tables: [...desired.tables.filter(mayCome), ...tables].map(({ columns: _columns, ...table }) => table),
  };
}

/** The transactions of this database that are open since before a part of the publication came to it. */
export function readOlderTransactions(...which: Which): Statement {
  return statement(
    `
    with part as (
      select r.xmin from pg_publication_rel r where r.prpubid = (${publicationOid})
      union all select n.xmin from pg_publication_namespace n where n.pnpubid = (${publicationOid})
    )
    select a.pid as "pid", coalesce(a.usename, p.owner) as "user", coalesce(a.xact_start, p.prepared)::text as "since", p.gid as "prepared"
      from pg_locks l left join pg_stat_activity a on a.pid = l.pid left join pg_prepared_xacts p on p.transaction = l.transactionid
     where l.locktype = 'transactionid' and l.granted and l.pid is distinct from pg_backend_pid()
       and coalesce(a.datname, p.database) = current_database()
       and exists (select from part where age(part.xmin) < age(l.transactionid))
     order by 3 limit 5`,
    whichValues(which),
  );
}
