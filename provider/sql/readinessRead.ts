import type { MappedTable } from "./readiness";
import { type Statement, statement } from "./statement";
import type { TableName } from "./table";

/** The server and the role, as ClickPipes will find them. */
export interface ServerFacts {
  versionNumber: number;
  versionText: string;
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
  connectionsInUse: number;
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
           pg_is_in_recovery() as "inRecovery", current_setting('wal_level') as "walLevel",
           current_setting('max_wal_senders')::int as "maxWalSenders",
           (select count(*)::int from pg_stat_activity where backend_type = 'walsender') as "walSenders",
           current_setting('max_replication_slots')::int as "maxSlots", (select count(*)::int from pg_replication_slots) as "slots",
           r.oid is not null as "roleExists", coalesce(r.rolcanlogin, false) as "canLogin",
           coalesce(r.rolreplication, false) as "replication", coalesce(r.rolvaliduntil < now(), false) as "expired",
           coalesce(r.rolconnlimit, -1) as "connectionLimit",
           (select count(*)::int from pg_stat_activity a where a.usesysid = r.oid) as "connectionsInUse",
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
  allTables: boolean;
  viaRoot: boolean;
  /** INSERT, UPDATE and DELETE that it leaves out. */
  missingOperations: string[];
}

export function readPublicationFacts(name: string): Statement {
  return statement(
    `
    select p.oid is not null as "exists", coalesce(p.puballtables, false) as "allTables", coalesce(p.pubviaroot, false) as "viaRoot",
           array_remove(array[case when not p.pubinsert then 'insert' end, case when not p.pubupdate then 'update' end,
                              case when not p.pubdelete then 'delete' end], null) as "missingOperations"
      from (select 1) one left join pg_publication p on p.pubname = $1`,
    [name],
  );
}

export interface SlotFacts {
  name: string;
  plugin: string;
  database: string | null;
  active: boolean;
  lost: boolean;
}

export function readSlotFacts(): Statement {
  return statement(`
    select slot_name as "name", plugin, database, active, coalesce(wal_status = 'lost', false) as "lost"
      from pg_replication_slots where slot_type = 'logical' order by 1`);
}

export interface TableFacts extends TableName {
  exists: boolean;
  kind: string;
  persistent: boolean;
  partition: boolean;
  usage: boolean;
  selectable: boolean;
  rowSecurity: boolean;
  identity: string;
  hasKey: boolean;
  hasIdentityIndex: boolean;
  generated: string[];
  generatedInKey: boolean;
  published: boolean;
  unpublishedColumns: string[];
  filtered: boolean;
}

/** Facts on the mapped tables; without a list, on those that the publication publishes. One row each, in one statement. */
export function readTableFacts(
  version: number,
  role: string,
  publication: string,
  tables: MappedTable[] | undefined,
): Statement {
  const content =
    version >= 15
      ? "string_to_array(t.attrs::text, ' ')::int2[] as attrs, t.qual is not null as filtered"
      : "null::int2[] as attrs, false as filtered";
  return statement(
    `
    with published as (
      select distinct on (t.relid) t.relid, ${content}
        from pg_publication p, pg_get_publication_tables(p.pubname::text) t where p.pubname = $2
    ),
    mapped as (
      select schema, name, coalesce(excluded, '{}') as excluded
        from jsonb_to_recordset($3::jsonb) as t (schema text, name text, excluded text[])
      union all
      select n.nspname, c.relname, '{}' from published t join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace
       where $3::jsonb is null
    )
    select m.schema, m.name, c.oid is not null as "exists", coalesce(c.relkind, ' ') as "kind", coalesce(c.relpersistence = 'p', false) as "persistent",
           coalesce(c.relispartition, false) as "partition", coalesce(c.relrowsecurity and c.relowner <> r.oid, false) as "rowSecurity",
           coalesce(has_schema_privilege(r.oid, n.oid, 'USAGE'), false) as "usage",
           coalesce(has_table_privilege(r.oid, c.oid, 'SELECT') or (c.oid is not null and r.oid is not null and not exists (
             select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attname::text <> all (m.excluded)
                and not has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT'))), false) as "selectable",
           coalesce(c.relreplident, ' ') as "identity",
           exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indisvalid and i.indimmediate) as "hasKey",
           exists (select from pg_index i where i.indrelid = c.oid and i.indisreplident and i.indisvalid and i.indimmediate) as "hasIdentityIndex",
           array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attgenerated <> '' and not a.attisdropped
                    and a.attname::text <> all (m.excluded) order by 1) as "generated",
           exists (select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[])
                    where i.indrelid = c.oid and (i.indisprimary or i.indisreplident) and a.attgenerated <> '') as "generatedInKey",
           t.relid is not null as "published", coalesce(t.filtered, false) as "filtered",
           array(select a.attname::text from pg_attribute a where t.relid is not null and t.attrs is not null and a.attrelid = c.oid and a.attnum > 0
                    and not a.attisdropped and a.attgenerated = '' and a.attname::text <> all (m.excluded) and a.attnum <> all (t.attrs) order by 1) as "unpublishedColumns"
      from mapped m
      left join pg_namespace n on n.nspname = m.schema
      left join pg_class c on c.relnamespace = n.oid and c.relname = m.name
      left join published t on t.relid = c.oid
      left join pg_roles r on r.rolname = $1
     order by m.schema collate "C", m.name collate "C"`,
    [
      role,
      publication,
      tables === undefined
        ? null
        : JSON.stringify(
            tables.map(({ schema, name, excludedColumns }) => ({ schema, name, excluded: excludedColumns })),
          ),
    ],
  );
}
