import type { Blocker } from "../errors";
import { pasteable, portable } from "./pasteable";
import { identifier, literal, qualified } from "./statement";
import type { TableName } from "./table";

/** How row-level security affects a role. */
export interface RowSecurity {
  /** A permissive policy shows all rows that no restrictive policy hides. */
  showsRows: boolean;
  /** The restrictive policies that hide rows. */
  narrowedBy: { name: string; qual: string }[];
  /** Whose lock prevents reading the policies. Whether they hide rows is then unknown. */
  rowsHeldBy: Blocker | null;
}

export function policyFor(role: string): string {
  return `${role} reads all`;
}

/** Postgres drops no role that a policy names. */
export const DROP_POLICY_FIRST = "/* drop the policy before you destroy the user */";

/** The statements that let the role read all rows. */
export function rowsFix(table: TableName & RowSecurity, role: string): string {
  const on = `ON ${qualified(table)}`;
  const show = `CREATE POLICY ${identifier(policyFor(role))} ${on} FOR SELECT TO ${identifier(role)} USING (true) ${DROP_POLICY_FIRST}`;
  const widened = table.narrowedBy.map(({ name, qual }) =>
    pasteable(
      `ALTER POLICY ${identifier(name)} ${on} USING ((${portable(qual)}) OR current_user = ${literal(role).trim()})`,
      qual,
    ),
  );
  return [...(table.showsRows ? [] : [show]), ...widened].join("; ");
}

/** True if the expression of a policy is `true`. It reads the stored tree, for which the server opens no table. */
const ALWAYS = "p.polqual::text ~ '^\\{CONST :consttype 16 .*:constvalue 1 \\[ 1 '";

/** The types that an object `d.refobjid` of the policy has or takes. For a row type, the server opens the table. */
const TYPES = `case d.refclassid when 'pg_type'::regclass then array[d.refobjid]
    when 'pg_proc'::regclass then (select f.prorettype || coalesce(f.proallargtypes, f.proargtypes::oid[]) from pg_proc f where f.oid = d.refobjid) end`;

/** Who has locked a table that the server would open to deparse the policy. */
const HOLDER = `(
  select k.holder from locked k
   where k.relation = p.polrelid
      or exists (select from pg_depend d
                  where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                    and (d.refclassid = 'pg_class'::regclass and d.refobjid = k.relation
                         or exists (select from pg_type t left join pg_type e on e.oid in (t.typelem, t.typbasetype)
                                     where t.oid = any (${TYPES}) and k.relation in (t.typrelid, e.typrelid))))
   limit 1)`;

/**
 * The SELECT policies of the table that apply to the role. Both arguments are aliases in the enclosing query, which has to begin
 * with `LOCKED`. `shows` is true if the policy hides no row from the role: its expression is `true`, or it names the role as an
 * exception. `shows` is null if another session has locked a table that the policy uses.
 */
function policies(table: string, role: string): string {
  return `(
    select p.polname as name, p.polpermissive as permissive, written.qual, locker.holder,
           case when ${ALWAYS} then true when locker.holder is null then right(written.qual, length(named.way)) = named.way end as shows
      from pg_policy p
      cross join lateral (select case when not ${ALWAYS} then ${HOLDER} end as holder offset 0) locker
      cross join lateral (select case when ${ALWAYS} then 'true' when locker.holder is null then pg_get_expr(p.polqual, p.polrelid) end as qual offset 0) written
      -- As the server deparses it. quote_literal would write a backslash differently.
      cross join lateral (select ' OR (CURRENT_USER = ''' || replace(${role}.rolname, '''', '''''') || '''::name))' as way) named
     where p.polrelid = ${table}.oid and p.polcmd in ('r', '*') and p.polqual is not null
       and exists (select from unnest(p.polroles) as m (oid) where m.oid = 0 or pg_has_role(${role}.oid, m.oid, 'USAGE')))`;
}

/** Whether row-level security applies to the role at all. */
export function isSubject(table: string, role: string): string {
  return `(${table}.relrowsecurity and not ${role}.rolsuper and not ${role}.rolbypassrls
    and (${table}.relforcerowsecurity or not pg_has_role(${role}.oid, ${table}.relowner, 'USAGE')))`;
}

/**
 * Whether row-level security hides rows of the table from the role. The rules are those of `check_role_for_policy` and
 * `add_security_quals` in Postgres. `unread`: how to count a policy that cannot be read.
 */
export function hidesRows(table: string, role: string, unread: "shows" | "hides"): string {
  const shows = `coalesce(y.shows, ${unread === "shows"})`;
  return `(
    ${isSubject(table, role)}
    and not (exists (select from ${policies(table, role)} y where y.permissive and ${shows})
             and not exists (select from ${policies(table, role)} y where not y.permissive and not ${shows})))`;
}

/** Whose lock prevents reading a policy. */
export function policiesHeldBy(table: string, role: string): string {
  return `(select y.holder from ${policies(table, role)} y where y.holder is not null limit 1)`;
}

/** The restrictive policies that hide rows, as JSON. No permissive policy can show what they hide. */
export function narrowingPolicies(table: string, role: string): string {
  return `(select coalesce(jsonb_agg(jsonb_build_object('name', y.name, 'qual', y.qual) order by y.name), '[]')
             from ${policies(table, role)} y where not y.permissive and not y.shows)`;
}

/** Whether a permissive policy shows all rows that no restrictive one hides. */
export function showsRows(table: string, role: string): string {
  return `exists (select from ${policies(table, role)} y where y.permissive and y.shows)`;
}
