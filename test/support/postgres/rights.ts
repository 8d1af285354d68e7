import type { TestDatabase } from "./database";

/** Everything that the catalog of this database says about rights of a role, one line each. */
export async function rightsOf(db: TestDatabase, role: string): Promise<string[]> {
  const rows = await db.query<{ line: string }>(
    `
    with r as (select oid from pg_roles where rolname = $1)
    select format('SELECT on %I.%I by %I', n.nspname, c.relname, pg_get_userbyid(a.grantor)) as line
      from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a, r
     where a.grantee = r.oid and a.privilege_type = 'SELECT'
    union all
    select format('SELECT (%I) on %I.%I by %I', t.attname, n.nspname, c.relname, pg_get_userbyid(a.grantor))
      from pg_attribute t join pg_class c on c.oid = t.attrelid join pg_namespace n on n.oid = c.relnamespace,
           aclexplode(t.attacl) a, r
     where a.grantee = r.oid and a.privilege_type = 'SELECT' and not t.attisdropped
    union all
    select format('USAGE on %I by %I', n.nspname, pg_get_userbyid(a.grantor))
      from pg_namespace n, aclexplode(n.nspacl) a, r where a.grantee = r.oid and a.privilege_type = 'USAGE'
    union all
    select format('future SELECT in %s for %I', coalesce(quote_ident(n.nspname), 'all schemas'), pg_get_userbyid(d.defaclrole))
      from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a, r
     where a.grantee = r.oid and a.privilege_type = 'SELECT'
    union all
    select format('CONNECT on %I by %I', b.datname, pg_get_userbyid(a.grantor))
      from pg_database b, aclexplode(b.datacl) a, r where a.grantee = r.oid and a.privilege_type = 'CONNECT'
    order by 1`,
    [role],
  );
  return rows.map(({ line }) => line);
}

/** What keeps Postgres from dropping the role, in any database of the server. */
export async function dependenciesOn(db: TestDatabase, role: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*)::int as count from pg_shdepend
      where refclassid = 'pg_authid'::regclass and refobjid = (select oid from pg_roles where rolname = $1)`,
    [role],
  );
  return row?.count ?? 0;
}
