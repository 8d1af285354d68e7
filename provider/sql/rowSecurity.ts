import { identifier, literal, qualified } from "./statement";
import type { TableName } from "./table";

/** Where rows are hidden: whether a policy shows all but what restrictive ones hide, and these. */
export interface RowSecurity {
  showsRows: boolean;
  narrowedBy: { name: string; qual: string }[];
}

export function policyFor(role: string): string {
  return `${role} reads all`;
}

/** The statements that let the role through. */
export function rowsFix(table: TableName & RowSecurity, role: string): string {
  const on = `ON ${qualified(table)}`;
  const show = `CREATE POLICY ${identifier(policyFor(role))} ${on} FOR SELECT TO ${identifier(role)} USING (true)`;
  const widened = table.narrowedBy.map(
    ({ name, qual }) => `ALTER POLICY ${identifier(name)} ${on} USING ((${qual}) OR current_user = ${literal(role)})`,
  );
  return [...(table.showsRows ? [] : [show]), ...widened].join("; ");
}

/**
 * Policies for reading the table that apply to the role, each an alias in the statement around: `shows` is true of those
 * that keep no row from it, being `true` or letting the role through by name.
 */
function policies(table: string, role: string): string {
  return `(
    select p.polname as name, p.polpermissive as permissive, e.qual,
           e.qual = 'true' or right(e.qual, length(e.way)) = e.way as shows
      from pg_policy p, lateral (select pg_get_expr(p.polqual, p.polrelid) as qual,
                                        ' OR (CURRENT_USER = ' || quote_literal(${role}.rolname) || '::name))' as way) e
     where p.polrelid = ${table}.oid and p.polcmd in ('r', '*') and e.qual is not null
       and exists (select from unnest(p.polroles) as m (oid) where m.oid = 0 or pg_has_role(${role}.oid, m.oid, 'USAGE')))`;
}

/** Whether row-level security hides rows of the table from the role; as `check_role_for_policy` and `add_security_quals` of Postgres. */
export function hidesRows(table: string, role: string): string {
  return `(
    ${table}.relrowsecurity and not ${role}.rolsuper and not ${role}.rolbypassrls
    and (${table}.relforcerowsecurity or not pg_has_role(${role}.oid, ${table}.relowner, 'USAGE'))
    and not (exists (select from ${policies(table, role)} y where y.permissive and y.shows)
             and not exists (select from ${policies(table, role)} y where not y.permissive and not y.shows)))`;
}

/** The restrictive policies that hide rows, as JSON: no policy beside them shows what they hide. */
export function narrowingPolicies(table: string, role: string): string {
  return `(select coalesce(jsonb_agg(jsonb_build_object('name', y.name, 'qual', y.qual) order by y.name), '[]')
             from ${policies(table, role)} y where not y.permissive and not y.shows)`;
}

/** Whether some policy shows all rows that no restrictive one hides. */
export function showsRows(table: string, role: string): string {
  return `exists (select from ${policies(table, role)} y where y.permissive and y.shows)`;
}
