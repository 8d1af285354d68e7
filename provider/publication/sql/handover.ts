import type { Blocker } from "../../postgres/errors";
import { type Query, queryRows } from "../../postgres/sql/statement";
import { type Table, tableKey } from "../../postgres/sql/table";
import type { ActualPublication } from "./actual";
import type { DesiredPublication } from "./desired";
import { publicationOid, type Which, whichValues } from "./read";

/**
 * What is published between `actual` and `desired` where tables pass from the list to their schema or back, else undefined:
 * what passes stays in both. Were it one commit, a reader would lose changes of the transactions that are open then: it reads
 * them with the catalog as it was, but with caches that may know the new one, and finds the table neither here nor there
 * [tried on 15 to 18]. No column is shown that neither state shows.
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
  // Beside schemas Postgres takes no list of columns; a table that would come with one comes when they have gone.
  const mayCome = (table: Table) =>
    table.columns === undefined || actual.schemas.includes(table.schema) || published.has(tableKey(table));
  return {
    ...desired,
    owner: undefined,
    schemas: [...desired.schemas, ...schemas],
    tables: [...desired.tables.filter(mayCome), ...tables].map(({ columns: _columns, ...table }) => table),
  };
}

/** An open transaction, and by which ids it is waited for. */
export interface OlderTransaction extends Blocker {
  xid: string;
}

/** More transactions than can begin while one of ours is under way; those after that have seen what it did. */
const MARGIN = 10_000;

/**
 * The open transactions of this database that may have begun before a part of the publication came to it; those of `known`
 * alone, where that is given: what begins while we wait is not waited for.
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
