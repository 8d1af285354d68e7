import { type Arguments, canonicalList } from "../lifecycle/arguments";
import type { Unmarked } from "../lifecycle/lifecycle";
import { readTables } from "../lifecycle/tables";
import { isUnknown } from "../lifecycle/unknown";
import { parseTable, type TableSpec } from "../postgres/sql/table";
import { compareText } from "../text";
import type { GrantsInputs } from "./state";

export function checkArguments(args: Arguments): Unmarked<GrantsInputs> {
  const schemas = readSchemaNames(args);
  const tables = readListedTables(args);
  const nothing = (schemas ?? []).length === 0 && (tables ?? []).length === 0;
  if (nothing && args.problems.length === 0) args.problem("schemas", "give `schemas` or `tables`, or both");
  return {
    role: args.identifier("role", { required: true }),
    schemas,
    tables,
    objectOwners: canonicalList(args.identifiers("objectOwners"), compareText),
  };
}

function readSchemaNames(args: Arguments): string[] | "*" | undefined {
  if (args.is("schemas", "*")) return "*";
  const list = args.identifiers("schemas");
  for (const name of Array.isArray(list) ? list : []) {
    if (isOfSystem(name)) args.problem("schemas", `"${name}" is a schema of the system`);
  }
  return canonicalList(list, compareText);
}

function readListedTables(args: Arguments): TableSpec[] | undefined {
  const list = readTables(args, false);
  for (const spec of Array.isArray(list) ? list : []) {
    if (isUnknown(spec)) continue;
    const { schema, name } = parseTable(spec);
    if (isOfSystem(schema)) args.problem("tables", `"${schema}.${name}" is of a schema of the system`);
  }
  return list;
}

function isOfSystem(schema: string): boolean {
  return !isUnknown(schema) && /^pg_|^information_schema$/.test(schema);
}
