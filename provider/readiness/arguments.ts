import { Arguments, canonicalList, type Properties } from "../lifecycle/arguments";
import { READINESS_DEFAULTS } from "../lifecycle/defaults";
import type { Unmarked } from "../lifecycle/lifecycle";
import { canonicalTables, isDotted, notDotted } from "../lifecycle/tables";
import { hasUnknown } from "../lifecycle/unknown";
import { formatTable } from "../postgres/sql/table";
import { compareText } from "../text";
import type { MappedTable } from "./check";
import { toMapped } from "./question";
import type { ReadinessInputs } from "./state";

export function readArguments(args: Arguments): Unmarked<ReadinessInputs> {
  return {
    role: args.identifier("role", { required: true }),
    password: args.text("password", { required: true }),
    publication: args.identifier("publication", { required: true }),
    tables: readMappedTables(args),
    replicationMode: args.oneOf("replicationMode", "cdc", "snapshot", "cdc_only") ?? READINESS_DEFAULTS.replicationMode,
    replicationSlotName: args.text("replicationSlotName", {
      pattern: /^[a-z0-9_]{1,63}$/,
      expected: "the name of a replication slot: up to 63 lowercase letters, digits and underscores",
    }),
    onFailure: args.oneOf("onFailure", "error", "warn") ?? READINESS_DEFAULTS.onFailure,
    allowUnsafeTables: args.flag("allowUnsafeTables") || undefined,
    triggers: args.list("triggers", (value) => value ?? null),
  };
}

function readMappedTables(args: Arguments): ReadinessInputs["tables"] {
  const list = args.list("tables", (value, path) => readMappedTable(args, value, path));
  if (!Array.isArray(list) || list.some(hasUnknown)) return list;
  return canonicalTables(args, list.map(toMapped))?.map((table) =>
    Object.keys(table).length > 2 ? table : formatTable(table),
  );
}

function readMappedTable(args: Arguments, value: unknown, path: string): string | MappedTable | undefined {
  if (typeof value === "string") {
    if (isDotted(value)) return value;
    args.problem(path, notDotted(value));
    return undefined;
  }
  const parts = new Arguments((value ?? {}) as Properties, `${path}.`);
  parts.only("schema", "name", "excludedColumns", "sortingKeys", "tableEngine");
  const schema = parts.identifier("schema", { required: true });
  const name = parts.identifier("name", { required: true });
  const excludedColumns = canonicalList(parts.identifiers("excludedColumns"), compareText);
  const sortingKeys = parts.identifiers("sortingKeys");
  const tableEngine = parts.oneOf("tableEngine", "MergeTree", "ReplacingMergeTree", "Null");
  args.problems.push(...parts.problems);
  if (schema === undefined || name === undefined) return undefined;
  return {
    ...{ schema, name, ...(excludedColumns && excludedColumns.length > 0 && { excludedColumns }) },
    ...{ ...(sortingKeys && sortingKeys.length > 0 && { sortingKeys }), ...(tableEngine && { tableEngine }) },
  };
}
