import { displayIdentifier, displayTable, type TableName, tableKey } from "../../postgres/sql/table";
import type { MissingTable } from "../sql/missing";
import type { FormerSchema } from "../sql/schemas";
import type { Loss } from "../state";

/** What happened to a listed table. Its name and its OID tell. */
export function displayMissing(missing: MissingTable): string {
  const { again, published } = missing;
  const table = `table ${displayTable(missing)}`;
  const now = currentName(missing);
  if (isReplaced(missing)) return describeReplaced(missing);
  if (now === undefined) {
    return again ? `${table} was dropped and recreated, and the new table is not published` : `${table} was dropped`;
  }
  const moves = [
    ...(now.name === missing.name ? [] : ["renamed"]),
    ...(now.schema === missing.schema ? [] : ["moved to another schema"]),
  ];
  if (moves.length === 0) return `${table} was removed from the publication`;
  const became = `${table} was ${moves.join(" and ")}, and is now ${displayTable(now)}`;
  return published ? `${became}, which is still published` : `${became}, which was removed from the publication`;
}

/** Whether the name stands for another relation than the one that was published. */
export function isReplaced({ oid, named }: MissingTable): boolean {
  return typeof named === "number" && typeof oid === "number" && named !== oid;
}

/** What the published relation is called now. Undefined if it was dropped. */
export function currentName({ nowSchema, nowName }: MissingTable): TableName | undefined {
  return nowSchema === null || nowName === null ? undefined : { schema: nowSchema, name: nowName };
}

function describeReplaced(missing: MissingTable): string {
  const { listed, published, attached } = missing;
  const now = currentName(missing);
  const is = listed ? "is published" : "is not published";
  const table = `table ${displayTable(missing)}`;
  if (now === undefined) return `${table} was dropped and recreated, and the new table ${is}`;
  if (attached)
    return `${table} is now a partitioned table, which ${is}; the former table is its partition ${displayTable(now)}`;
  const former = `the former table is now ${displayTable(now)}, which ${published ? "is still published" : "was removed from the publication"}`;
  return `${table} is another table now, which ${is}; ${former}`;
}

/** What happened to the schemas of the state that no longer have their names. */
function displayFormerSchema({ was, now, named }: FormerSchema): string {
  const schema = `schema ${displayIdentifier(was)}`;
  if (now === null) return named === null ? `${schema} was dropped` : `${schema} was dropped and recreated`;
  if (named === null) return `${schema} is called ${displayIdentifier(now)} now`;
  return `${schema} is another schema now, and the former one is called ${displayIdentifier(now)}`;
}

/** One sentence for each table that is missing, and for each schema: a renamed schema says it for its tables. */
export function whatBecame(missing: MissingTable[], schemas: FormerSchema[], lost: Loss[] = []): string[] {
  const renamed = new Map(schemas.filter(({ named }) => named === null).map((schema) => [schema.was, schema.now]));
  const isWithSchema = ({ schema, name, nowSchema, nowName, published }: MissingTable) =>
    published && nowSchema !== null && nowName === name && renamed.get(schema) === nowSchema;
  const resync = new Set(lost.map(({ table }) => table));
  const sentences = missing
    .filter((table) => !isWithSchema(table))
    .map((table) => {
      const hasHole = isReplaced(table) && currentName(table) !== undefined && resync.has(tableKey(table));
      return hasHole ? `${displayMissing(table)}; resync the pipe for ${displayTable(table)}` : displayMissing(table);
    });
  return [...new Set([...schemas.map(displayFormerSchema), ...sentences])];
}

/** What is known about these tables and schemas, which the program lists and the database does not have. */
export function whatBecameOf(
  listed: { tables: readonly TableName[]; schemas: readonly string[] },
  missing: MissingTable[],
  schemas: FormerSchema[],
): string[] {
  const keys = new Set(listed.tables.map(tableKey));
  const tables = missing.filter((table) => keys.has(tableKey(table)));
  const spaces = new Set([...listed.schemas, ...tables.map(({ schema }) => schema)]);
  return whatBecame(
    tables,
    schemas.filter(({ was }) => spaces.has(was)),
  );
}
