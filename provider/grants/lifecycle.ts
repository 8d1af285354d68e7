import { isAnnounced } from "../lifecycle/announcedRoles";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { type Arguments, canonicalList, type Inputs } from "../lifecycle/arguments";
import type { Lifecycle } from "../lifecycle/lifecycle";
import { readTables } from "../lifecycle/tables";
import { isUnknown } from "../lifecycle/unknown";
import { readRole } from "../postgres/sql/role";
import { readServer, toServer } from "../postgres/sql/server";
import { compareText, displayIdentifier, parseTable, type TableSpec } from "../postgres/sql/table";
import { createGrants, updateGrants } from "./change";
import { displayMissing } from "./find";
import { readGrants } from "./read";
import { removeGrants } from "./remove";
import { type MissingName, readMissing } from "./sql/scope";
import type { Uncovered } from "./uncovered";

export interface GrantsInputs extends Inputs {
  mark: string;
  role: string;
  schemas?: string[] | "*";
  tables?: TableSpec[];
  objectOwners?: string[];
}

export interface GrantsState extends GrantsInputs {
  roleOid: number;
  target: unknown;
  token: string;
  uncovered: Uncovered[];
  /** What the role held before us, by `rightKey`: left standing. */
  found?: string[];
  /** What was given beside default privileges that were there before us. */
  given?: string[];
  /** What the names of the scope meant when it was granted, by `formatObjects`. */
  objects?: string;
}

export const clickPipesGrants: Lifecycle = {
  needs: () => ["postgres"],
  arguments: ARGUMENT_NAMES.ClickPipesGrants,

  check(args) {
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
  },

  async look(context, _olds, inputs) {
    const grants = inputs as GrantsInputs;
    const role = readRole({ oid: null, name: grants.role });
    const seen = await context.lookAt((session) => session.run(readServer, role, readMissing(grants)));
    if (!seen) return;
    const [server, roles, names] = seen.map(({ rows }) => rows);
    context.checkPlace(toServer(server?.[0] ?? {}));
    const missing = displayMissing((names ?? []) as unknown as MissingName[]);
    if (roles?.length === 0 && !isAnnounced(grants.role)) missing.unshift(`role ${displayIdentifier(grants.role)}`);
    if (missing.length > 0) context.warn(`not in the database (yet): ${missing.join(", ")}`);
  },

  create: createGrants,
  read: readGrants,
  update: updateGrants,
  remove: removeGrants,
};

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
