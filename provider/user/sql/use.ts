import { REFERENCED_ROLE, type RoleReference, referenceValues } from "../../postgres/sql/role";
import { mapAnswer, type Query, queryRows } from "../../postgres/sql/statement";
import { leftoverFix } from "./leftoverFix";

/** Sessions of the role, and the slots that they read. While there is one, dropping the role would break a pipe. */
export function readUses(role: RoleReference): Query<string[]> {
  const rows = queryRows<{ what: string }>(
    `
    select case when s.slot_name is null
                then format('session %s (%s, since %s)', a.pid, coalesce(nullif(a.application_name, ''), 'unnamed'),
                            coalesce(a.backend_start::text, 'unknown'))
                else format('replication slot %I, read by session %s', s.slot_name, a.pid) end as "what"
      from pg_stat_activity a
      left join pg_replication_slots s on s.active_pid = a.pid
     where a.usesysid = ${REFERENCED_ROLE} and a.pid <> pg_backend_pid()
     order by a.pid limit 10`,
    referenceValues(role),
  );
  return mapAnswer(rows, (uses) => uses.map(({ what }) => what));
}

export interface LeftoverName {
  kind: "owner of" | "rights on" | "use in" | "dependency of";
  object: string | null;
  /** The statement that takes the role out of it, where REVOKE does not. */
  fix: string | null;
}

/** An object that depends on a role. Only its own database knows its name. Shared objects have no database. */
export interface Leftover extends LeftoverName {
  database: string | null;
  classId: string;
  objectId: string;
  part: number;
}

/** How many leftovers a message names. One more is read, to know whether there are more. */
export const LEFTOVERS_SHOWN = 20;

const KIND = `case d.deptype when 'o' then 'owner of' when 'a' then 'rights on' when 'r' then 'use in' else 'dependency of' end`;

/** Everything in any database of the server that keeps Postgres from dropping the role. */
export function readLeftovers(role: RoleReference): Query<Leftover[]> {
  return queryRows(
    `
    select b.datname as "database", ${KIND} as "kind", d.classid::int8::text as "classId", d.objid::int8::text as "objectId",
           d.objsubid as "part",
           case when b.datname is null or b.datname = current_database()
                then pg_describe_object(d.classid, d.objid, d.objsubid) end as "object",
           case when b.datname = current_database() then ${leftoverFix("d.classid", "d.objid", "d.refobjid")} end as "fix"
      from pg_shdepend d left join pg_database b on b.oid = d.dbid
     where d.refclassid = 'pg_authid'::regclass and d.refobjid = ${REFERENCED_ROLE}
     order by b.datname = current_database() desc, 1, 3, 4, 5
     limit ${LEFTOVERS_SHOWN + 1}`,
    referenceValues(role),
  );
}

/** The names of leftovers. Run this in the database that holds them. */
export function describeLeftovers(leftovers: Leftover[], role: RoleReference): Query<LeftoverName[]> {
  return queryRows(
    `
    select "kind", pg_describe_object("classId"::oid, "objectId"::oid, "part") as "object",
           ${leftoverFix('"classId"::oid', '"objectId"::oid', REFERENCED_ROLE)} as "fix"
      from jsonb_to_recordset($3::jsonb) as l ("kind" text, "classId" int8, "objectId" int8, "part" int)`,
    [...referenceValues(role), JSON.stringify(leftovers)],
  );
}
