import type { Blocker } from "../../postgres/errors";
import { type Query, queryRows } from "../../postgres/sql/statement";
import { type Table, tableKey } from "../../postgres/sql/table";
import type { ActualPublication } from "./actual";
import type { DesiredPublication } from "./desired";
import { publicationOid, type Which, whichValues } from "./read";

/**
 * The publication between `actual` and `desired` if tables move from the list to their schema or back, otherwise undefined. The
 * tables that move are in both. In a single commit, a reader would lose changes of the transactions that are open then: it reads
 * them with the old catalog, but with caches that may hold the new one, and finds the table in neither [tried on 15 to 18]. The
 * result publishes no column that neither state publishes.
 */
export function overlapping(desired: DesiredPublication, actual: ActualPublication): DesiredPublication | undefined {
  const listed = new Set(desired.tables.map(tableKey));
  const listedIn = new Set(desired.tables.map(({ schema }) => schema));
  const schemas = actual.schemas.filter((name) => !desired.schemas.includes(name) && listedIn.has(name));
  const tables = actual.tables.filter(
    (table) => !listed.has(tableKey(table)) && desired.schemas.includes(table.schema),
  );
  if (schemas.length + tables.length === 0) return undefined;
  const published = new Set(actual.tables.map(tableKey));
  // Next to schemas Postgres allows no column list, so a new table with one is added when the schemas are gone.
  const mayCome = (table: Table) =>
    table.columns === undefined || actual.schemas.includes(table.schema) || published.has(tableKey(table));
  return {
    ...desired,
    owner: undefined,
    schemas: [...desired.schemas, ...schemas],
    tables: [...desired.tables.filter(mayCome), ...tables].map(({ columns: _columns, ...table }) => table),
  };
}

/** An open transaction, with the id to wait for. */
export interface OlderTransaction extends Blocker {
  xid: string;
}

/** More transactions than can begin while a step of the change is open. Later ones have seen what it did. */
const MARGIN = 10_000;

/**
 * The open transactions of this database that may have begun before a part of the publication was added. If `known` is given,
 * only those: transactions that begin during the wait do not prolong it.
 */
export function readOlderTransactions(known: string[] | undefined, ...which: Which): Query<OlderTransaction[]> {
  return queryRows(
    `
    with part as (
      select r.xmin from pg_publication_rel r where r.prpubid = (${publicationOid})
      union all select n.xmin from pg_publication_namespace n where n.pnpubid = (${publicationOid})
    ),
    newest as (select min(age(xmin)) as age from part)
    select l.transactionid::text as "xid", a.pid as "pid", coalesce(a.usename, p.owner) as "user",
           coalesce(a.xact_start, p.prepared)::text as "since", p.gid as "prepared"
      from newest, pg_locks l left join pg_stat_activity a on a.pid = l.pid left join pg_prepared_xacts p on p.transaction = l.transactionid
     where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted and l.pid is distinct from pg_backend_pid()
       and coalesce(a.datname, p.database) = current_database()
       and case when $3::text[] is null then age(l.transactionid) > newest.age - ${MARGIN} else l.transactionid::text = any ($3) end
     order by 4, 1`,
    [...whichValues(which), known ?? null],
  );
}
