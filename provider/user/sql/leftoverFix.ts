/**
 * An SQL expression for the statement that takes the role out of an object, for the objects where REVOKE does not: policies and
 * default privileges. Its values are SQL expressions for OIDs. It must run in the database of the object.
 */
export function leftoverFix(classId: string, objectId: string, role: string): string {
  return `
    case when ${classId} = 'pg_policy'::regclass then (${policyFix(objectId, role)})
         when ${classId} = 'pg_default_acl'::regclass then (${defaultsFix(objectId, role)}) end`;
}

/** A policy for other roles too stays for them. */
function policyFix(policy: string, role: string): string {
  return `
    select case when others.names is null then format('DROP POLICY %I ON %I.%I;', p.polname, n.nspname, c.relname)
                else format('ALTER POLICY %I ON %I.%I TO %s;', p.polname, n.nspname, c.relname, others.names) end
      from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace,
           lateral (select string_agg(case when e.oid = 0 then 'PUBLIC' else format('%I', pg_get_userbyid(e.oid)) end, ', ') as names
                      from unnest(p.polroles) as e (oid) where e.oid <> ${role}) others
     where p.oid = ${policy}`;
}

/** None for the role's own default privileges: those depend on it as their owner. */
function defaultsFix(defaults: string, role: string): string {
  return `
    select format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE ALL ON %s FROM %I;', pg_get_userbyid(a.defaclrole),
                  case when n.oid is null then '' else format(' IN SCHEMA %I', n.nspname) end,
                  case a.defaclobjtype when 'r' then 'TABLES' when 'S' then 'SEQUENCES' when 'f' then 'FUNCTIONS'
                                       when 'T' then 'TYPES' when 'n' then 'SCHEMAS' else 'LARGE OBJECTS' end,
                  pg_get_userbyid(${role}))
      from pg_default_acl a left join pg_namespace n on n.oid = a.defaclnamespace
     where a.oid = ${defaults} and a.defaclrole <> ${role}`;
}
