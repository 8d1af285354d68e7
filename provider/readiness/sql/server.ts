import { type Query, queryOneRow, queryRows } from "../../postgres/sql/statement";

/** What ClickPipes will find: the server and the role. */
export interface ServerFacts {
  versionNumber: number;
  versionText: string;
  database: string;
  neon: boolean;
  inRecovery: boolean;
  walLevel: string;
  maxWalSenders: number;
  walSenders: number;
  maxSlots: number;
  slots: number;
  roleExists: boolean;
  canLogin: boolean;
  replication: boolean;
  expired: boolean;
  connectionLimit: number;
  /** How many connections the role has. */
  connections: number;
  /** The limit of the database, and how many connections it has. */
  databaseLimit: number;
  databaseConnections: number;
  mayConnect: boolean;
}

export function readServerFacts(role: string): Query<ServerFacts> {
  return queryOneRow(
    `
    select current_setting('server_version_num')::int as "versionNumber", current_setting('server_version') as "versionText",
           current_database() as "database", coalesce(current_setting('neon.project_id', true), '') <> '' as "neon",
           pg_is_in_recovery() as "inRecovery", current_setting('wal_level') as "walLevel",
           current_setting('max_wal_senders')::int as "maxWalSenders",
           (select count(*)::int from pg_stat_replication) as "walSenders",
           current_setting('max_replication_slots')::int as "maxSlots", (select count(*)::int from pg_replication_slots) as "slots",
           r.oid is not null as "roleExists", coalesce(r.rolcanlogin, false) as "canLogin",
           coalesce(r.rolreplication or r.rolsuper, false) as "replication", coalesce(r.rolvaliduntil < now(), false) as "expired",
           coalesce(r.rolconnlimit, -1) as "connectionLimit",
           (select count(*)::int from pg_stat_activity a where a.usesysid = r.oid) as "connections",
           (select d.datconnlimit from pg_database d where d.datname = current_database()) as "databaseLimit",
           (select count(*)::int from pg_stat_activity a where a.datname = current_database() and a.backend_type = 'client backend') as "databaseConnections",
           coalesce(has_database_privilege(r.oid, current_database(), 'CONNECT'), false) as "mayConnect"
      from (select 1) one left join pg_roles r on r.rolname = $1`,
    [role],
  );
}

/** A transaction that has written; with a `gid`, a prepared one. A new slot waits for its end, whatever its database. */
export interface OpenTransaction {
  xid: string;
  seconds: number;
  database: string;
  pid: number | null;
  user: string;
  since: string;
  gid: string | null;
}

/** The five oldest of each kind. */
export function readOpenTransactions(): Query<OpenTransaction[]> {
  return queryRows(`
    (select backend_xid::text as "xid", extract(epoch from clock_timestamp() - xact_start)::float8 as "seconds", datname::text as "database", pid,
            usename::text as "user", date_trunc('second', xact_start)::text as "since", null as "gid"
       from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid() and backend_xid is not null order by xact_start limit 5)
    union all
    (select transaction::text, extract(epoch from clock_timestamp() - prepared)::float8, database::text, null, owner::text,
            date_trunc('second', prepared)::text, gid
       from pg_prepared_xacts order by prepared limit 5)`);
}

export interface SlotFacts {
  name: string;
  /** Null for a physical slot. */
  plugin: string | null;
  /** It reads this database. */
  here: boolean;
  active: boolean;
  /** The role that reads it now. */
  reader: string | null;
  lost: boolean;
}

/** Slot names are unique per server, so slots of other databases count too. */
export function readSlotFacts(): Query<SlotFacts[]> {
  return queryRows(`
    select s.slot_name::text as "name", s.plugin::text as "plugin", coalesce(s.database = current_database(), false) as "here", s.active as "active",
           a.usename::text as "reader", coalesce(s.wal_status = 'lost', false) as "lost"
      from pg_replication_slots s left join pg_stat_activity a on a.pid = s.active_pid order by 1`);
}
