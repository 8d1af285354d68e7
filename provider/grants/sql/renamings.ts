import { displayIdentifier, displayTable } from "../../postgres/sql/table";
import type { ActualRight, RightRoot } from "./actual";
import type { ObjectNow } from "./objects";
import type { NamedObject } from "./scope";

/** An object that was known under one name, and its current name. */
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

/** Sentences about renamed objects. A table whose schema alone was renamed gets none of its own. */
export function renamingSentences(all: Renaming[]): string[] {
  const schemas = new Map(
    all.filter(({ now }) => now.kind === "schema").map(({ before, now }) => [before.name, now.name]),
  );
  return all.flatMap(({ before, now }) => {
    const isCalled = (what: string, name: string) => `${what} is now called ${name}`;
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

/** A right under the names that its objects had when they were last read. */
export function formerName(known: NamedObject[]): (right: ActualRight) => ActualRight {
  const of = (kind: NamedObject["kind"]) =>
    new Map(known.filter((object) => object.kind === kind).map((object) => [object.oid, object]));
  const [schemas, tables, roles] = [of("schema"), of("table"), of("role")];
  const formerRoot = (root: RightRoot): RightRoot => {
    const table = tables.get(root.oid);
    if (!table?.schema) return { ...root, schema: schemas.get(root.schemaOid)?.name ?? root.schema };
    const column = root.columnNumber === null ? undefined : table.columns?.[root.columnNumber];
    return { ...root, schema: table.schema, name: table.name, ...(column !== undefined && { column }) };
  };
  return (right) => {
    const roots = right.roots.map(formerRoot);
    const table = tables.get(right.oid);
    if (table?.schema && (right.kind === "table" || right.kind === "column")) {
      const column = right.column === null ? null : (table.columns?.[right.columnNumber] ?? right.column);
      return { ...right, schema: table.schema, name: table.name, column, roots };
    }
    const schema = schemas.get(right.schemaOid)?.name ?? right.schema;
    const name = right.kind === "default" ? (roles.get(right.oid)?.name ?? right.name) : right.name;
    return { ...right, schema, name, roots };
  };
}
