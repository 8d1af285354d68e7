import { type Statement, statement } from "./statement";

/** The server and the role, as ClickPipes will find them. */
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
  bypassRls: boolean;
  mayConnect: boolean;
  /** The oldest transactions that a new slot would have to wait for: open ones by pid and user, prepared ones by id. */
  openTransactions: string[];
  preparedTransactions: string[];
}

export function readServerFacts(role: string): Statement {
  return statement(
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
           coalesce(r.rolbypassrls or r.rolsuper, false) as "bypassRls",
           coalesce(has_database_privilege(r.oid, current_database(), 'CONNECT'), false) as "mayConnect",
           array(select format('session %s of %s, open since %s', pid, usename, date_trunc('second', xact_start)) from pg_stat_activity
                  where backend_type = 'client backend' and pid <> pg_backend_pid() and backend_xid is not null
                    and xact_start < now() - interval '1 minute' order by xact_start limit 5) as "openTransactions",
           array(select format('%L', gid) from pg_prepared_xacts where database = current_database() order by prepared limit 5) as "preparedTransactions"
      from (select 1) one left join pg_roles r on r.rolname = $1`,
    [role],
  );
}

export interface PublicationFacts {
  exists: boolean;
  viaRoot: boolean;
  /** INSERT, UPDATE and DELETE that it leaves out. */
  missingOperations: string[];
}

export function readPublicationFacts(name: string): Statement {
  return statement(
    `
    select p.oid is not null as "exists", coalesce(p.pubviaroot, false) as "viaRoot",
           array_remove(array[case when not p.pubinsert then 'insert' end, case when not p.pubupdate then 'update' end,
                              case when not p.pubdelete then 'delete' end], null) as "missingOperations"
      from (select 1) one left join pg_publication p on p.pubname = $1`,
    [name],
  );
}

export interface SlotFacts {
  name: string;
  plugin: string;
  /** Whether it reads this database. */
  here: boolean;
  active: boolean;
  /** The role that reads it now. */
  reader: string | null;
  lost: boolean;
}

/** Slot names are the server's: one of another database is in the way too. */
export function readSlotFacts(): Statement {
  return statement(`
    select s.slot_name::text as "name", s.plugin::text as "plugin", s.database = current_database() as "here", s.active as "active",
           a.usename::text as "reader", coalesce(s.wal_status = 'lost', false) as "lost"
      from pg_replication_slots s left join pg_stat_activity a on a.pid = s.active_pid where s.slot_type = 'logical' order by 1`);
}
