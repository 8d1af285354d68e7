import type { Client } from "pg";
import { type Marked, parseComment } from "../../../provider/postgres/sql/mark";
import { DATABASES, type Database } from "./program";

/** A role or a publication, as it stands in the catalog. */
export interface CatalogObject {
  oid: number;
  /** Everything but the comment and the password, in one text. */
  facts: string;
  /** The stored password, hashed once more. */
  password?: string;
  comment: string | null;
  marked: Marked;
}

/** A right that someone holds. */
export interface Right {
  database: Database;
  grantee: string;
  /** Privilege and object, as in `SELECT on table public.orders`. */
  what: string;
  grantor: string;
}

/** What two databases of a server, and the server, hold: all that resources of this package could change. */
export interface Catalog {
  roles: Map<string, CatalogObject>;
  /** By `database/name`. */
  publications: Map<string, CatalogObject>;
  /** By their texts. */
  rights: Map<string, Right>;
  /** Everything else, one line a fact. */
  rest: Set<string>;
}

const READ_SERVER = /* SQL */ `
  select 'role' as kind, rolname::text as key, oid::int8::int as oid, shobj_description(oid, 'pg_authid') as comment,
         (to_jsonb(a) - 'oid' - 'rolname' - 'rolpassword')::text as facts, md5(rolpassword) as password
    from pg_authid a where rolname !~ '^pg_'
  union all
  select 'rest', format('role %s has member %s by %s', roleid::regrole, member::regrole, grantor::regrole), 0, null, '', null
    from pg_auth_members where roleid::regrole::text !~ '^pg_'`;

const READ_DATABASE = /* SQL */ `
  with acl (what, grantee, grantor, privilege, option, owner) as (
    select format('table %I.%I', n.nspname, c.relname), a.grantee, a.grantor, a.privilege_type, a.is_grantable, c.relowner
      from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a where c.oid >= 16384
    union all
    select format('column %I of table %s', t.attname, t.attrelid::regclass), a.grantee, a.grantor, a.privilege_type,
           a.is_grantable, c.relowner
      from pg_attribute t join pg_class c on c.oid = t.attrelid, aclexplode(t.attacl) a where c.oid >= 16384
    union all
    select format('schema %I', nspname), a.grantee, a.grantor, a.privilege_type, a.is_grantable, nspowner
      from pg_namespace, aclexplode(nspacl) a where nspname !~ '^pg_|^information_schema'
    union all
    select 'database', a.grantee, a.grantor, a.privilege_type, a.is_grantable, datdba
      from pg_database, aclexplode(datacl) a where datname = current_database()
    union all
    select format('future %s of %s in %s', defaclobjtype, defaclrole::regrole, defaclnamespace::regnamespace),
           a.grantee, a.grantor, a.privilege_type, a.is_grantable, defaclrole
      from pg_default_acl, aclexplode(defaclacl) a
  )
  select 'right' as kind, format('%s%s on %s', privilege, case when option then ' with grant option' else '' end, what) as key,
         0 as oid, null as comment, case grantee when 0 then 'public' else grantee::regrole::text end as facts,
         grantor::regrole::text as password
    from acl where grantee <> owner
  union all
  select 'publication', pubname::text, p.oid::int8::int, obj_description(p.oid, 'pg_publication'),
         concat_ws(' ', to_jsonb(p) - 'oid' - 'pubname' - 'pubowner', pubowner::regrole,
           (select string_agg(prrelid::regclass::text || ' ' || coalesce(to_jsonb(r) ->> 'prattrs', '') || ' ' ||
                              coalesce(pg_get_expr(prqual, prrelid), ''), ', ' order by prrelid::regclass::text)
              from (select prrelid, to_jsonb(m) ->> 'prattrs' as prattrs, (to_jsonb(m) ->> 'prqual')::pg_node_tree as prqual
                      from pg_publication_rel m where prpubid = p.oid) r)), null
    from pg_publication p
  union all
  select 'rest', format('%s %s of %s: %s', relkind, c.oid::regclass, relowner::regrole, obj_description(c.oid, 'pg_class')),
         0, null, '', null
    from pg_class c where c.oid >= 16384 and relkind in ('r', 'v')
  union all
  select 'rest', format('schema %s of %s: %s', nspname, nspowner::regrole, obj_description(oid, 'pg_namespace')), 0, null, '', null
    from pg_namespace where nspname !~ '^pg_(toast|temp)'`;

interface Row {
  kind: "role" | "publication" | "right" | "rest";
  key: string;
  oid: number;
  comment: string | null;
  facts: string;
  password: string | null;
}

export async function readCatalog(sessions: Record<Database, Client>): Promise<Catalog> {
  const [server, ...each] = await Promise.all([
    sessions.one.query<Row>({ name: "server", text: READ_SERVER }),
    ...DATABASES.map(async (database) => ({
      database,
      rows: (await sessions[database].query<Row>({ name: "database", text: READ_DATABASE })).rows,
    })),
  ]);
  const catalog: Catalog = { roles: new Map(), publications: new Map(), rights: new Map(), rest: new Set() };
  for (const row of server.rows) add(catalog, row, "one");
  for (const { database, rows } of each) for (const row of rows) add(catalog, row, database);
  return catalog;
}

function add(catalog: Catalog, { kind, key, facts, oid, comment, password }: Row, database: Database): void {
  const object: CatalogObject = { oid, facts, comment, marked: parseComment(comment), ...(password && { password }) };
  if (kind === "role") catalog.roles.set(key, object);
  else if (kind === "publication") catalog.publications.set(`${database}/${key}`, object);
  else if (kind === "rest") catalog.rest.add(`${database}: ${key}`);
  else {
    const right: Right = { database, grantee: facts, what: key, grantor: password ?? "" };
    catalog.rights.set(textOf(right), right);
  }
}

function textOf({ database, grantee, what, grantor }: Right): string {
  return `${grantee} has ${what} in ${database} by ${grantor}`;
}

/** The keys under which the two maps hold different values. */
export function changedKeys<T>(
  before: Map<string, T>,
  after: Map<string, T>,
  textOfValue: (value: T) => string,
): string[] {
  const text = (map: Map<string, T>, key: string) => {
    const value = map.get(key);
    return value === undefined ? undefined : textOfValue(value);
  };
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => text(before, key) !== text(after, key));
}

/** The object without the notes of grants, which others write into the comment of a role. */
export function withoutNotes({ oid, facts, password, marked: { comment, owner } }: CatalogObject): string {
  return JSON.stringify([oid, facts, password, comment, owner]);
}

export function difference(before: Iterable<string>, after: Iterable<string>): string[] {
  const [from, to] = [new Set(before), new Set(after)];
  return [
    ...[...from].filter((line) => !to.has(line)).map((line) => `- ${line}`),
    ...[...to].filter((line) => !from.has(line)).map((line) => `+ ${line}`),
  ];
}
