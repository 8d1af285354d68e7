import { refusal } from "../errors";
import type { MappedTable, ReadinessCheck } from "../sql/readiness";
import { type Facts, lastingReport, readinessReport } from "../sql/readinessReport";
import { placeOf } from "../sql/server";
import { compareTables, compareText, formatTable, parseTable, type TableSpec, tableKey } from "../sql/table";
import { ARGUMENT_NAMES } from "./argumentNames";
import { Arguments, canonicalList, type Inputs } from "./arguments";
import type { Context } from "./context";
import { READINESS_DEFAULTS } from "./defaults";
import type { Found, Lifecycle } from "./lifecycle";
import { gatherFacts, type ReadinessQuestion } from "./readinessFacts";
import { hasUnknown } from "./unknown";

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

export const sourceReadiness: Lifecycle = {
  needs: () => ["postgres"],
  secrets: ["password"],
  arguments: ARGUMENT_NAMES.SourceReadiness,

  check(args) {
    return {
      role: args.identifier("role", { required: true }),
      password: args.text("password", { required: true }),
      publication: args.identifier("publication", { required: true }),
      tables: readMappedTables(args),
      replicationMode:
        args.oneOf("replicationMode", "cdc", "snapshot", "cdc_only") ?? READINESS_DEFAULTS.replicationMode,
      replicationSlotName: args.text("replicationSlotName", {
        pattern: /^[a-z0-9_]{1,63}$/,
        expected: "a replication slot's name: lower case letters, digits and _",
      }),
      onFailure: args.oneOf("onFailure", "error", "warn") ?? READINESS_DEFAULTS.onFailure,
      allowUnsafeTables: args.flag("allowUnsafeTables") || undefined,
      triggers: args.list("triggers", (value) => value ?? null),
    };
  },

  async create(context, inputs) {
    return { id: String(inputs.publication), outputs: await checkedReport(context, inputs as ReadinessInputs) };
  },

  read,

  update: (context, _id, state, inputs) => checkedReport(context, inputs as ReadinessInputs, state),

  // It made nothing, so there is nothing to take away.
  remove: () => Promise.resolve(),
};

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
  const tables = list.map(toMapped);
  const seen = new Map<string, MappedTable>();
  for (const table of tables) {
    const other = seen.get(tableKey(table));
    if (other && JSON.stringify(other) !== JSON.stringify(table))
      args.problem("tables", `${table.schema}.${table.name} is listed twice, differently`);
    seen.set(tableKey(table), table);
  }
  return canonicalList(tables, compareTables)?.map((table) =>
    table.excludedColumns ? table : (formatTable(table) as string),
  );
}

export function readinessQuestion({ tables, ...inputs }: ReadinessInputs): ReadinessQuestion {
  return { ...inputs, tables: tables?.map(toMapped) };
}

function toMapped(spec: string | MappedTable): MappedTable {
  return typeof spec === "string" ? parseTable(spec as TableSpec) : spec;
}

async function checkedReport(context: Context, inputs: ReadinessInputs, state?: Inputs): Promise<Inputs> {
  const { server, report, blocked } = await reported(context, inputs, state);
  for (const { check, status, detail, fix } of report) {
    if (status === "warning") context.warn(`${check}: ${detail}. ${fix}`);
    if (status === "blocked" && inputs.onFailure === "warn") context.warn(`${check} (blocked): ${detail}. ${fix}`);
  }
  if (blocked.length > 0 && inputs.onFailure === "error") throw notReady(blocked);
  return { report, target: placeOf(server) };
}

async function reported(context: Context, inputs: ReadinessInputs, state?: Inputs) {
  const { server, facts } = await gatherFacts(context.postgres, readinessQuestion(inputs));
  // A replica is a line of the report.
  context.checkPlace({ ...server, inRecovery: false }, state);
  const report = readinessReport(facts);
  const blocked = report.filter(({ status }) => status === "blocked");
  return { server, report, blocked };
}

function notReady(blocked: ReadinessCheck[]) {
  const lines = blocked.map(({ check, detail, fix }) => `\n  - ${check}: ${detail}${fix ? `\n      ${fix}` : ""}`);
  return refusal(
    "notReady",
    `ClickPipes would not accept this source:${lines.join("")}\nMend these, or set \`onFailure: "warn"\``,
  );
}

/** A blocked report is drift, so that the next `up` checks again; refresh itself never fails on it. */
async function read(context: Context, _id: string, state: Inputs): Promise<Found> {
  // What `.get()` was not told, nobody else can know.
  const missing = ["role", "password", "publication"].filter((name) => state[name] === undefined);
  if (missing.length > 0) throw refusal("incomplete", `SourceReadiness.get: its state lacks ${missing.join(", ")}`);
  const inputs = { ...READINESS_DEFAULTS, ...state } as unknown as ReadinessInputs;
  const { server, report, blocked } = await reported(context, inputs, state);
  const before = (state.report ?? []) as ReadinessCheck[];
  const drift = blocked.map(({ check, detail }) => `${check}: ${detail}`);
  return {
    outputs: { report: lastingReport(report, before), target: placeOf(server) },
    inputs: Object.fromEntries(ARGUMENT_NAMES.SourceReadiness.map((name) => [name, inputs[name]])),
    // What the last `up` has warned of already is no news.
    drift: inputs.onFailure === "error" ? drift : drift.filter((line) => isNews(line, before, state.drift)),
  };
}

function isNews(line: string, before: ReadinessCheck[], told: unknown): boolean {
  const known = before.some(({ check, status, detail }) => status === "blocked" && line === `${check}: ${detail}`);
  return !known || (Array.isArray(told) && told.includes(line));
}
