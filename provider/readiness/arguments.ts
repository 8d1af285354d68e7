import { Arguments, canonicalList, type Inputs } from "../lifecycle/arguments";
import { READINESS_DEFAULTS } from "../lifecycle/defaults";
import { canonicalTables } from "../lifecycle/tables";
import { hasUnknown } from "../lifecycle/unknown";
import { formatTable, parseTable, type TableSpec } from "../postgres/sql/table";
import { compareText } from "../text";
import type { MappedTable } from "./check";
import type { Facts } from "./checks/facts";
import type { ReadinessQuestion } from "./facts";

export interface ReadinessInputs extends Inputs {
  role: string;
  password: string;
  publication: string;
  tables?: (string | MappedTable)[];
  replicationMode: Facts["mode"];
  replicationSlotName?: string;
  onFailure: "error" | "warn";
  allowUnsafeTables?: boolean;
  triggers?: unknown[];
}

export function checkReadiness(args: Arguments): Inputs {
  return {
    role: args.identifier("role", { required: true }),
    password: args.text("password", { required: true }),
    publication: args.identifier("publication", { required: true }),
    tables: readMappedTables(args),
    replicationMode: args.oneOf("replicationMode", "cdc", "snapshot", "cdc_only") ?? READINESS_DEFAULTS.replicationMode,
    replicationSlotName: args.text("replicationSlotName", {
      pattern: /^[a-z0-9_]{1,63}$/,
      expected: "a replication slot's name: lower case letters, digits and _",
    }),
    onFailure: args.oneOf("onFailure", "error", "warn") ?? READINESS_DEFAULTS.onFailure,
    allowUnsafeTables: args.flag("allowUnsafeTables") || undefined,
    triggers: args.list("triggers", (value) => value ?? null),
  };
}

function readMappedTables(args: Arguments): (string | MappedTable)[] | undefined {
  const list = args.list<string | MappedTable>("tables", (value, path) => {
    if (typeof value === "string") {
      if (value.split(".").length === 2 && !value.split(".").includes("")) return value;
      args.problem(
        path,
        `"${value}" is not "schema.table" with exactly one dot; write { schema, name } for other names`,
      );
      return undefined;
    }
    const parts = new Arguments((value ?? {}) as Inputs, `${path}.`);
    parts.only("schema", "name", "excludedColumns");
    const schema = parts.identifier("schema", { required: true });
    const name = parts.identifier("name", { required: true });
    const excludedColumns = canonicalList(parts.identifiers("excludedColumns"), compareText);
    args.problems.push(...parts.problems);
    if (schema === undefined || name === undefined) return undefined;
    return { schema, name, ...(excludedColumns && excludedColumns.length > 0 && { excludedColumns }) };
  });
  if (!Array.isArray(list) || list.some(hasUnknown)) return list;
  return canonicalTables(args, list.map(toMapped))?.map((table) =>
    table.excludedColumns ? table : (formatTable(table) as string),
  );
}

export function readinessQuestion({ tables, ...inputs }: ReadinessInputs): ReadinessQuestion {
  return { ...inputs, tables: tables?.map(toMapped) };
}

function toMapped(spec: string | MappedTable): MappedTable {
  return typeof spec === "string" ? parseTable(spec as TableSpec) : spec;
}
