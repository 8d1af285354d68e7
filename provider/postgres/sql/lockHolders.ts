import type { Blocker } from "../errors";
import { type Query, queryRows } from "./statement";

/**
 * Expects a lock `l` of pg_locks. A prepared transaction has no session. The lock on its own transaction id identifies it.
 */
const HOLDER_OF_LOCK = `
  left join pg_stat_activity a on a.pid = l.pid
  left join pg_locks x on l.pid is null and x.pid is null and x.virtualtransaction = l.virtualtransaction and x.locktype = 'transactionid'
  left join pg_prepared_xacts p on p.transaction = x.transactionid`;
const USER = "coalesce(a.usename, p.owner)";
const SINCE = "coalesce(a.xact_start, a.query_start, p.prepared)::text";

const HERE = "l.database = (select oid from pg_database where datname = current_database())";

/**
 * Part of a `with` clause: the relations that cannot be opened now, because another session has ACCESS EXCLUSIVE on them or is
 * already waiting for it. To deparse an expression (`pg_get_expr`), the server opens the relations in it.
 */
export const LOCKED = `
  locked as materialized (
    select distinct on (l.relation) l.relation,
           jsonb_build_object('pid', l.pid, 'user', ${USER}, 'since', ${SINCE}, 'prepared', p.gid) as holder
      from pg_locks l ${HOLDER_OF_LOCK}
     where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.pid is distinct from pg_backend_pid() and ${HERE}
     order by l.relation, l.granted desc, l.pid)`;

/**
 * The sessions that may block a change of these relations (quoted names) or of other objects, or that hold the advisory lock of
 * this package's transactions. A migration that is itself waiting blocks everything that queues behind it.
 */
export function readLockHolders(relations: string[], advisoryKey: string): Query<Blocker[]> {
  return queryRows(
    `
    select distinct l.pid, ${USER} as "user", ${SINCE} as since, p.gid as prepared
      from pg_locks l ${HOLDER_OF_LOCK}
     where (l.granted or l.mode = 'AccessExclusiveLock') and l.pid is distinct from pg_backend_pid() and coalesce(a.pid::text, p.gid) is not null and ${HERE}
       and (l.relation in (select to_regclass(name)::oid from unnest($1::text[]) as r (name))
            or l.locktype = 'advisory' and (l.classid::bigint << 32 | l.objid::bigint) = ${advisoryKey}
            or l.locktype = 'object')
       and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
     order by since limit 5`,
    [relations],
  );
}

/** Who prevents all others from opening the relation; null if no one does. The query has to begin with `LOCKED`. */
export function lockerOf(relation: string): string {
  return `(select k.holder from locked k where k.relation = ${relation})`;
}
