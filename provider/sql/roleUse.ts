import { type Statement, statement } from "./statement";

export interface RoleUse {
  what: string;
}

/** Sessions of the role, and slots that one of them reads: as long as there is one, dropping the role would break a pipe. */
export function readUsers(oid: number): Statement {
  return statement(
    `
    select case when s.slot_name is null
                then format('session %s (%s, since %s)', a.pid, coalesce(nullif(a.application_name, ''), 'unnamed'), a.backend_start)
                else format('replication slot %I, read by session %s', s.slot_name, a.pid) end as "what"
      from pg_stat_activity a
      left join pg_replication_slots s on s.active_pid = a.pid
     where a.usesysid = $1::oid and a.pid <> pg_backend_pid()
     order by a.pid limit 10`,
    [oid],
  );
}

export function toRoleUses(rows: Record<string, unknown>[]): RoleUse[] {
  return rows.map(({ what }) => ({ what: String(what) }));
}

/** What depends on the role, in every database of the server: by name here, counted elsewhere, where names are out of reach. */
export function readLeftovers(oid: number): Statement {
  return statement(
    `
    select object from (
      select pg_describe_object(classid, objid, objsubid) as object
        from pg_shdepend
       where refclassid = 'pg_authid'::regclass and refobjid = $1::oid
         and dbid in (0, (select oid from pg_database where datname = current_database()))
      union all
      select format('%s object(s) in database %I', count(*), b.datname)
        from pg_shdepend d join pg_database b on b.oid = d.dbid
       where d.refclassid = 'pg_authid'::regclass and d.refobjid = $1::oid and b.datname <> current_database()
       group by b.datname
    ) depending order by object limit 20`,
    [oid],
  );
}
