import { type Statement, statement } from "../../postgres/sql/statement";
import { displayIdentifier, displayTable, parseTable } from "../../postgres/sql/table";
import type { HeldRight } from "./held";
import { LISTED_TABLE, type NamedObject, type ScopeInputs } from "./scope";

/** An object as it is called now; `named` where the scope names it so, else it is one of those known before. */
export type ObjectNow = NamedObject & { named: boolean };

/** As the state keeps them: one text, since a state of thousands of values slows every run down. */
export function formatObjects(objects: NamedObject[]): string {
  return JSON.stringify(
    objects.map(({ kind, oid, schema, name, columns }) => [
      kind,
      oid,
      ...(schema === null ? [] : [schema]),
      name,
      ...(columns === null ? [] : [columns]),
    ]),
  );
}

export function parseObjects(text: string): NamedObject[] {
  const objects = JSON.parse(text) as [NamedObject["kind"], number, ...unknown[]][];
  return objects.map(([kind, oid, ...rest]) => {
    const [schema, name, columns] = kind === "table" ? rest : [null, ...rest];
    return { kind, oid, schema, name, columns: columns ?? null } as NamedObject;
  });
}

/** What the names of a scope mean, the schemas of listed tables included, and how the objects known before are called. */
export function readObjects({ schemas = [], tables = [], objectOwners = [] }: ScopeInputs, known: NamedObject[]) {
  const wanted = tables.map(parseTable).map(({ schema, name, columns }) => ({ schema, name, columns }));
  return statement(
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
  ) satisfies Statement;
}

/** A right under the names that its objects had when they were last looked up. */
export function formerName(known: NamedObject[]): (right: HeldRight) => HeldRight {
  const of = (kind: NamedObject["kind"]) =>
    new Map(known.filter((object) => object.kind === kind).map((object) => [object.oid, object]));
  const [schemas, tables, roles] = [of("schema"), of("table"), of("role")];
  return (right) => {
    const table = tables.get(right.oid);
    if (table?.schema && (right.kind === "table" || right.kind === "column")) {
      const column = right.column === null ? null : (table.columns?.[right.columnNumber] ?? right.column);
      return { ...right, schema: table.schema, name: table.name, column };
    }
    const schema = schemas.get(right.schemaOid)?.name ?? right.schema;
    const name = right.kind === "default" ? (roles.get(right.oid)?.name ?? right.name) : right.name;
    return { ...right, schema, name };
  };
}

/** What was known under a name and bears another one now. */
export interface Renaming {
  before: NamedObject;
  now: NamedObject;
}

export function renamings(known: NamedObject[], objects: ObjectNow[]): Renaming[] {
  const found = new Map(objects.filter(({ named }) => !named).map((now) => [JSON.stringify([now.kind, now.oid]), now]));
  return known.flatMap((before) => {
    const now = found.get(JSON.stringify([before.kind, before.oid]));
    return now ? [{ before, now }] : [];
  });
}

/** What is called otherwise, as sentences; a table only where it is more than its schema that changed its name. */
export function renamingSentences(all: Renaming[]): string[] {
  const schemas = new Map(
    all.filter(({ now }) => now.kind === "schema").map(({ before, now }) => [before.name, now.name]),
  );
  return all.flatMap(({ before, now }) => {
    const isCalled = (what: string, name: string) => `${what} is called ${name} now`;
    if (now.kind !== "table" || before.schema === null || now.schema === null) {
      const what = `${now.kind} ${displayIdentifier(before.name)}`;
      return before.name === now.name ? [] : [isCalled(what, displayIdentifier(now.name))];
    }
    const followed = schemas.get(before.schema) ?? before.schema;
    const moved = now.name !== before.name || now.schema !== followed;
    const [old, present] = [before, now].map((table) =>
      displayTable({ schema: String(table.schema), name: table.name }),
    );
    const columns = Object.entries(now.columns ?? {}).filter(([number, name]) => before.columns?.[number] !== name);
    return [
      ...(moved ? [isCalled(`table ${old}`, String(present))] : []),
      ...columns.map(([number, name]) =>
        isCalled(`column ${displayIdentifier(before.columns?.[number] ?? "")} of ${old}`, displayIdentifier(name)),
      ),
    ];
  });
}
