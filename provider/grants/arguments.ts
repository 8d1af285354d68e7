import { type Arguments, canonicalList } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import type { Unmarked } from "../lifecycle/lifecycle";
import { readTables } from "../lifecycle/tables";
import { isUnknown } from "../lifecycle/unknown";
import { parseTable, type TableSpec } from "../postgres/sql/table";
import { compareText } from "../text";
import type { GrantsInputs } from "./state";

export function checkArguments(
  args: Arguments,
  _before: Partial<GrantsInputs>,
  context: Context,
): Unmarked<GrantsInputs> {
  const schemas = readSchemaNames(args);
  const tables = readListedTables(args);
  const nothing = (schemas ?? []).length === 0 && (tables ?? []).length === 0;
  if (nothing && args.problems.length === 0) args.problem("schemas", "set `schemas`, `tables` or both");
  const role = args.identifier("role", { required: true });
  if (role !== undefined && args.is("announced", true)) context.run.announceRole(role);
  return {
    role,
    schemas,
    tables,
    objectOwners: canonicalList(args.identifiers("objectOwners"), compareText),
  };
}

function readSchemaNames(args: Arguments): string[] | "*" | undefined {
  if (args.is("schemas", "*")) return "*";
  const list = args.identifiers("schemas");
  for (const name of Array.isArray(list) ? list : []) {
    if (isSystemSchema(name)) args.problem("schemas", `"${name}" is a system schema`);
  }
  return canonicalList(list, compareText);
}

function readListedTables(args: Arguments): TableSpec[] | undefined {
  const list = readTables(args, false);
  for (const spec of Array.isArray(list) ? list : []) {
    if (isUnknown(spec)) continue;
    const { schema, name } = parseTable(spec);
    if (isSystemSchema(schema)) args.problem("tables", `"${schema}.${name}" is in a system schema`);
  }
  return list;
}

function isSystemSchema(schema: string): boolean {
  return !isUnknown(schema) && /^pg_|^information_schema$/.test(schema);
}
