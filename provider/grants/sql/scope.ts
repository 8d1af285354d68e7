import type { KnownLeaves } from "../../pipe/leaves";
import { isOfApplication, leavesBelow, NEONS_ROLES } from "../../pipe/sql/leaves";
import { REFERENCED_ROLE, type RoleReference, referenceValues } from "../../postgres/sql/role";
import { parseTable, type Table, type TableSpec, tableKey } from "../../postgres/sql/table";

/** The whole schemas and the single tables that a role should be able to read, and the roles whose future tables it should. */
export interface Scope {
  schemas: string[] | "*";
  tables: Table[];
  /** Undefined: they are found in the database. */
  objectOwners: string[] | undefined;
  /** Objects that belong to the scope under whatever name they have now. */
  known?: NamedObject[];
  /** Leaves that were brought into the scope, whether they are still leaves or not. */
  leaves?: KnownLeaves[];
}

/** An object that a scope names, with its OID: a name can change, and can come to refer to another object. */
export interface NamedObject {
  kind: "schema" | "table" | "role";
  oid: number;
  /** The schema of a table. */
  schema: string | null;
  name: string;
  /** The listed columns of a table, keyed by column number. */
  columns: Record<string, string> | null;
}

export interface ScopeInputs {
  schemas?: string[] | "*";
  tables?: TableSpec[];
  objectOwners?: string[];
}

export function toScope({ schemas = [], tables = [], objectOwners }: ScopeInputs): Scope {
  const alone = tables.map(parseTable);
  // A schema covers its tables; "*" may still leave one out, such as a table of an extension.
  return {
    schemas,
    tables: schemas === "*" ? alone : alone.filter(({ schema }) => !schemas.includes(schema)),
    objectOwners,
  };
}

/** The union of the scopes, for reading what a role holds in any of them. Columns and owners do not matter for that. */
export function allScopes(scopes: ScopeInputs[]): ScopeInputs {
  const schemas = scopes.flatMap((scope) => (scope.schemas === "*" ? [] : (scope.schemas ?? [])));
  const tables = scopes
    .flatMap((scope) => scope.tables ?? [])
    .map((spec) => ({ ...parseTable(spec), columns: undefined }));
  const byName = new Map(tables.map((table) => [tableKey(table), table]));
  return { schemas: scopes.some((scope) => scope.schemas === "*") ? "*" : schemas, tables: [...byName.values()] };
}

/** Looks a table up by schema and name at once: the index on the name alone would find it in every schema. */
export const LISTED_TABLE = "lateral (select * from pg_class where relnamespace = s.oid and relname = w.name offset 0)";

/** Whether the relation `c` is a table, partitioned table, view, materialized view or foreign table. */
export const READABLE = "c.relkind in ('r', 'p', 'v', 'm', 'f')";

/**
 * The part of a `with recursive` that all reads of a scope share: the admin, the role, and the schemas and relations in the scope.
 * A partitioned table in the scope brings its leaves, wherever they are. `root` is the table that brought a leaf, unless the scope
 * has the leaf anyway.
 */
export function scopeTables(version: number): string {
  const set = version >= 16 ? "SET" : "MEMBER";
  return `
    grantee as (select oid, rolname, rolsuper, rolbypassrls from pg_roles where oid = ${REFERENCED_ROLE}),
    me as (select oid, rolsuper from pg_roles where rolname = current_user),
    neon as (${NEONS_ROLES}),
    named as (select * from jsonb_to_recordset($4::jsonb)
                         as t (schema text, name text, columns text[], known_schema oid, whole boolean, known_table oid)),
    wanted as (
      select schema, name, columns from named where name is not null
      union
      select n.nspname::text, c.relname::text, null
        from named t join pg_class c on c.oid = t.known_table join pg_namespace n on n.oid = c.relnamespace
    ),
    space as (
      select n.oid, n.nspname, n.nspowner, n.nspacl, has_schema_privilege(n.oid, 'USAGE') as usable,
             case when $3::text[] is not null then n.nspname = any ($3::text[]) or n.oid in (select known_schema from named where whole)
                  else n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                       and n.nspowner not in (select oid from neon)
                       and not exists (select from pg_depend d where d.classid = 'pg_namespace'::regclass
                                        and d.objid = n.oid and d.deptype = 'e') end as whole
        from pg_namespace n
    ),
    member as (
      select c.oid, c.relkind, null::text[] as columns, true as whole
        from space s join pg_class c on c.relnamespace = s.oid
       where s.whole and ${READABLE} and c.relpersistence <> 't' and ${isOfApplication("c")}
      union all
      select c.oid, c.relkind, w.columns, false
        from wanted w join space s on s.nspname = w.schema, ${LISTED_TABLE} c
       where ${READABLE} and not (s.whole and ${isOfApplication("c")})
    ), ${leavesBelow("select distinct m.oid from member m where m.relkind = 'p'")},
    brought as (
      select m.oid, m.columns, m.whole, null::oid as root, 0 as distance from member m
      union all
      select l.relid, m.columns, false, l.root, l.distance from leaf l join member m on m.oid = l.root
    ),
    scoped as (
      select b.oid, bool_or(b.whole) as whole,
             case when bool_and(b.root is not null) then (array_agg(b.root order by b.distance desc, b.root))[1] end as root,
             case when bool_and(b.columns is not null) then coalesce(array_agg(distinct k.name collate "C") filter (where k.name is not null), '{}') end as columns
        from brought b left join lateral unnest(b.columns) as k (name) on true group by b.oid
    ),
    relation as (
      select c.oid, s.nspname, s.usable, c.relname, c.relkind, c.relispartition, c.relowner, c.relacl, c.relnamespace,
             c.relrowsecurity, c.relforcerowsecurity, m.columns, m.whole, m.root
        from scoped m join pg_class c on c.oid = m.oid join space s on s.oid = c.relnamespace
    ),
    owner as (
      select r.oid, r.rolname, pg_has_role(me.oid, r.oid, '${set}') as settable,
             case when me.rolsuper or pg_has_role(me.oid, r.oid, 'USAGE') then 'self'
                  when pg_has_role(me.oid, r.oid, '${set}') then 'owner' else 'none' end as actor
        from pg_roles r, me
    )`;
}

/** A system column that ClickPipes' first load reads in addition to the listed ones: it loads a table in ranges of it. */
export const LOAD_COLUMN = { name: "ctid", number: -1 } as const;

/** The name of the table with this OID, as a `TableName` in JSON. Null if there is none. */
export function nameOfTable(oid: string): string {
  return `(select jsonb_build_object('schema', n.nspname, 'name', c.relname)
             from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = ${oid})`;
}

/** The role to grant as: our own, the owner by SET ROLE, or none. */
export type Actor = "self" | "owner" | "none";

/** The role to act as on the relation `r` of owner `o`. Naming a relation requires USAGE on its schema. */
export const RELATION_ACTOR = `
  case when o.actor = 'self' and r.usable then 'self'
       when o.settable and has_schema_privilege(o.oid, r.relnamespace, 'USAGE') then 'owner' else 'none' end`;

/** The values $1 to $4 of each statement that begins with `scopeTables`. */
export function scopeValues(role: RoleReference, scope: Scope): unknown[] {
  const known = (scope.known ?? []).filter(({ kind }) => kind !== "role");
  const isWhole = (schema: string) => scope.schemas !== "*" && scope.schemas.includes(schema);
  const meant = [
    ...scope.tables.map(({ schema, name, columns }) => ({ schema, name, columns })),
    ...known.map(({ kind, oid, name }) => ({ [`known_${kind}`]: oid, whole: kind === "schema" && isWhole(name) })),
    ...(scope.leaves ?? []).flatMap(({ leaves, spaces }) => [
      ...leaves.map((oid) => ({ known_table: oid })),
      ...spaces.map((oid) => ({ known_schema: oid })),
    ]),
  ];
  return [...referenceValues(role), scope.schemas === "*" ? null : scope.schemas, JSON.stringify(meant)];
}
