import { type Arguments, canonicalList } from "../lifecycle/arguments";
import { readTables } from "../lifecycle/tables";
import { isUnknown } from "../lifecycle/unknown";
import { parseTable, type TableSpec } from "../postgres/sql/table";
import { compareText } from "../text";

export function readSchemaNames(args: Arguments): string[] | "*" | undefined {
  if (args.is("schemas", "*")) return "*";
  const list = args.identifiers("schemas");
  for (const name of Array.isArray(list) ? list : []) {
    if (isOfSystem(name)) args.problem("schemas", `"${name}" is a schema of the system`);
  }
  return canonicalList(list, compareText);
}
export function readListedTables(args: Arguments): TableSpec[] | undefined {
  const list = readTables(args, false);
  for (const spec of Array.isArray(list) ? list : []) {
    if (isUnknown(spec)) continue;
    const { schema, name } = parseTable(spec);
    if (isOfSystem(schema)) args.problem("tables", `"${schema}.${name}" is of a schema of the system`);
  }
  return list;
}
export function isOfSystem(schema: string): boolean {
  return !isUnknown(schema) && /^pg_|^information_schema$/.test(schema);
}
