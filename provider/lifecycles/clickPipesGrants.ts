import { planGrants, type Uncovered } from "../sql/grantsPlan";
import { readMissing, toScope } from "../sql/grantsRead";
import { findGrants } from "../sql/mark";
import { readRole, toRole } from "../sql/role";
import { placeOf, readServer, toServer } from "../sql/server";
import { compareText, displayIdentifier, displayTable, parseTable, type TableSpec, tableKey } from "../sql/table";
import { type Arguments, canonicalList, type Inputs } from "./arguments";
import type { Context } from "./context";
import { createGrants, updateGrants } from "./grantsChange";
import { removeGrants } from "./grantsRemoval";
import { coverageOf, readRights, toRights } from "./grantsRights";
import type { Found, Lifecycle } from "./lifecycle";
import { readTables } from "./tables";
import { isUnknown } from "./unknown";

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
}

export const clickPipesGrants: Lifecycle = {
  needs: () => ["postgres"],
  arguments: ["role", "schemas", "tables", "objectOwners"],

  check(args) {
    const schemas = readSchemaNames(args);
    const tables = readTables(args, false);
    if (schemas === undefined && tables === undefined && args.problems.length === 0) {
      args.problem("schemas", "give `schemas` or `tables`, or both");
    }
    return {
      role: args.identifier("role", { required: true }),
      schemas,
      tables,
      objectOwners: canonicalList(args.identifiers("objectOwners"), compareText),
    };
  },

  async look(context, _olds, inputs) {
    const scope = toScope(inputs as GrantsInputs);
    const seen = await context.lookAt((session) => session.run(readServer, readMissing(scope)));
    if (!seen) return;
    context.checkPlace(toServer(seen[0]?.rows[0] ?? {}));
    const missing = displayMissing(seen[1]?.rows ?? []);
    if (missing.length > 0) context.warn(`not in the database (yet): ${missing.join(", ")}`);
  },

  create: createGrants,
  read,
  update: updateGrants,
  remove: removeGrants,
};

function readSchemaNames(args: Arguments): string[] | "*" | undefined {
  if (args.is("schemas", "*")) return "*";
  const list = args.identifiers("schemas");
  for (const name of Array.isArray(list) ? list : []) {
    if (!isUnknown(name) && /^pg_|^information_schema$/.test(name))
      args.problem("schemas", `"${name}" is a schema of the system`);
  }
  return canonicalList(list, compareText);
}

export function displayMissing(rows: Record<string, unknown>[]): string[] {
  return (rows as { schema: string | null; name: string }[]).map(({ schema, name }) =>
    schema === null ? `schema ${displayIdentifier(name)}` : `table ${displayTable({ schema, name })}`,
  );
}

async function read(context: Context, id: string, inputs: Inputs): Promise<Found | undefined> {
  const state = { ...inputs, role: inputs.role ?? id } as GrantsState;
  const reference = { oid: state.roleOid ?? null, name: state.role };
  const scope = toScope(state);
  const [serverAnswer, roleAnswer, missingAnswer, ...rights] = await context.postgres.use((session) =>
    session.run(
      readServer,
      readRole(reference.oid, reference.name),
      readMissing(scope),
      ...readRights(session.version, reference, state),
    ),
  );
  const server = toServer(serverAnswer?.rows[0] ?? {});
  context.checkPlace(server, state);
  const role = toRole(roleAnswer?.rows[0]);
  if (!role) return undefined;
  const actual = toRights(rights, server.database);
  const plan = planGrants(role.name, actual);
  const known = new Set((state.uncovered ?? []).map(uncoveredKey));
  const drift = [
    ...plan.missing,
    ...plan.uncovered
      .filter((entry) => !known.has(uncoveredKey(entry)))
      .map((entry) => `${entry.kind} ${entry.object}: ${entry.reason}. ${entry.fix};`),
  ];
  const note = findGrants(role.marked, server.database, state.mark);
  if (role.mayComment && state.token !== undefined && note === undefined) {
    drift.push(`role "${role.name}" no longer bears the note of these grants in its comment`);
  }
  return {
    outputs: { roleOid: role.oid, target: placeOf(server), ...coverageOf(actual, plan) },
    inputs: { ...existing(state, missingAnswer?.rows ?? []), role: role.name, objectOwners: state.objectOwners },
    drift,
  };
}

/** The scope without what is gone: a dropped schema or table then shows by name in the next preview. */
function existing(state: GrantsState, missing: Record<string, unknown>[]): Inputs {
  const gone = new Set(
    (missing as { schema: string | null; name: string }[]).map(({ schema, name }) =>
      schema === null ? name : tableKey({ schema, name }),
    ),
  );
  const { schemas, tables } = state;
  return {
    schemas: Array.isArray(schemas) ? schemas.filter((name) => !gone.has(name)) : schemas,
    tables: tables?.filter((spec) => !gone.has(tableKey(parseTable(spec)))),
  };
}

function uncoveredKey({ kind, object, owner, reason }: Uncovered): string {
  return JSON.stringify([kind, object, owner, reason]);
}
