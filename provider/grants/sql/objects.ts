import type { KnownLeaves } from "../../pipe/leaves";
import { type Query, queryRows } from "../../postgres/sql/statement";
import { parseTable } from "../../postgres/sql/table";
import { LISTED_TABLE, type NamedObject, type ScopeInputs } from "./scope";

/** An object under its current name. `named`: the scope names it; otherwise it was known from before. */
export type ObjectNow = NamedObject & { named: boolean };

/** The form in the state: one text, since a state with thousands of values slows down every run. */
export function formatObjects(objects: NamedObject[], leaves: KnownLeaves[]): string {
  return JSON.stringify([
    ...objects.map(({ kind, oid, schema, name, columns }) => [
      kind,
      oid,
      ...(schema === null ? [] : [schema]),
      name,
      ...(columns === null ? [] : [columns]),
    ]),
    ...leaves.map((one) => [LEAVES, one.root, one.schema, one.name, one.columns, one.leaves, one.spaces]),
  ]);
}

const LEAVES = "leaves";

export function parseObjects(text: string): { objects: NamedObject[]; leaves: KnownLeaves[] } {
  const all = JSON.parse(text) as [NamedObject["kind"] | typeof LEAVES, number, ...unknown[]][];
  const objects = all.flatMap(([kind, oid, ...rest]): NamedObject[] => {
    if (kind === LEAVES) return [];
    const [schema, name, columns] = kind === "table" ? rest : [null, ...rest];
    return [{ kind, oid, schema, name, columns: columns ?? null } as NamedObject];
  });
  const leaves = all.flatMap(([kind, root, schema, name, columns, relations, spaces]) =>
    kind === LEAVES ? [{ root, schema, name, columns, leaves: relations, spaces } as KnownLeaves] : [],
  );
  return { objects, leaves };
}

/** The objects that a scope names, including the schemas of listed tables, and the current names of the objects known before. */
export function readObjects(
  { schemas = [], tables = [], objectOwners = [] }: ScopeInputs,
  known: NamedObject[],
): Query<ObjectNow[]> {
  const wanted = tables.map(parseTable).map(({ schema, name, columns }) => ({ schema, name, columns }));
  return queryRows(
    `
    with wanted as (select schema, name, columns from jsonb_to_recordset($2::jsonb) as t (schema text, name text, columns text[])),
    object as (
      select true as named, 'schema' as kind, n.oid, null::text[] as numbers from pg_namespace n
       where n.nspname = any ($1::text[]) or n.nspname in (select schema from wanted)
      union all
      select true, 'table', c.oid, case when w.columns is not null then array(
               select a.attnum::text from pg_attribute a where a.attrelid = c.oid and a.attname = any (w.columns) and a.attnum > 0) end
        from wanted w join pg_namespace s on s.nspname = w.schema, ${LISTED_TABLE} c
      union all
      select true, 'role', r.oid, null from pg_roles r where r.rolname = any ($3::text[])
      union all
      select false, k.kind, k.oid, case when k.columns is not null then array(select jsonb_object_keys(k.columns)) end
        from jsonb_to_recordset($4::jsonb) as k (kind text, oid oid, columns jsonb)
    )
    select o.named as "named", o.kind as "kind", o.oid as "oid", s.nspname as "schema",
           coalesce(c.relname, n.nspname, r.rolname) as "name",
           case when o.numbers is not null then (
             select jsonb_object_agg(a.attnum, a.attname) from pg_attribute a
              where a.attrelid = c.oid and a.attnum::text = any (o.numbers) and not a.attisdropped) end as "columns"
      from object o
      left join pg_class c on o.kind = 'table' and c.oid = o.oid left join pg_namespace s on s.oid = c.relnamespace
      left join pg_namespace n on o.kind = 'schema' and n.oid = o.oid
      left join pg_roles r on o.kind = 'role' and r.oid = o.oid
     where coalesce(c.relname, n.nspname, r.rolname) is not null
     order by 1, 2, 3`,
    [schemas === "*" ? [] : schemas, JSON.stringify(wanted), objectOwners, JSON.stringify(known)],
  );
}

/**
 * What a refresh keeps: the objects known before that still exist, under the names in the state, and the objects that the names
 * refer to now.
 */
export function stillKnown(known: NamedObject[], objects: ObjectNow[]): NamedObject[] {
  const idOf = ({ kind, oid }: NamedObject) => JSON.stringify([kind, oid]);
  const present = new Set(objects.filter(({ named }) => !named).map(idOf));
  const named = new Map(
    objects.filter((object) => object.named).map(({ named: _named, ...object }) => [idOf(object), object]),
  );
  const before = known
    .filter((object) => present.has(idOf(object)))
    .map((object) => ({
      ...object,
      columns: object.columns && { ...named.get(idOf(object))?.columns, ...object.columns },
    }));
  const added = [...named.values()].filter((object) => !present.has(idOf(object)));
  return [...before, ...added];
}
