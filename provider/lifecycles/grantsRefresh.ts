import { planGrants, readableTables } from "../sql/grantsPlan";
import { type MissingName, readMissing, toScope } from "../sql/grantsScope";
import type { Uncovered } from "../sql/grantsUncovered";
import { findGrants } from "../sql/mark";
import { readRole, toRole } from "../sql/role";
import { placeOf, readServer, toServer } from "../sql/server";
import { parseTable, type TableSpec, tableKey } from "../sql/table";
import type { Inputs } from "./arguments";
import type { GrantsState } from "./clickPipesGrants";
import type { Context } from "./context";
import { readRights, referenceTo, toRights } from "./grantsReading";
import type { Found } from "./lifecycle";

export async function readGrants(context: Context, id: string, inputs: Inputs): Promise<Found | undefined> {
  const state = { ...inputs, role: inputs.role ?? id } as GrantsState;
  const reference = referenceTo(context, state);
  const [serverAnswer, roleAnswer, missing, ...answers] = await context.postgres.read((session) =>
    session.run(
      readServer,
      readRole(reference),
      readMissing(toScope(state)),
      ...readRights(session.version, reference, state),
    ),
  );
  const server = toServer(serverAnswer?.rows[0] ?? {});
  context.checkPlace(server, state);
  const role = toRole(roleAnswer?.rows[0]);
  if (!role) return undefined;
  const actual = toRights(answers, server.database);
  const plan = planGrants(role.name, actual);
  const drift = [...plan.missing, ...newlyUncovered(plan.uncovered, state)];
  if (role.mayComment && state.token !== undefined && !findGrants(role.marked, server.database, state.mark)) {
    drift.push(`role "${role.name}" no longer bears the note of these grants in its comment`);
  }
  const { uncovered } = plan;
  const dropped = new Map(actual.tables.map((table) => [tableKey(table), table.unknownColumns ?? []]));
  return {
    outputs: {
      roleOid: role.oid,
      target: placeOf(server),
      grantedTables: readableTables(role.name, actual),
      uncovered,
    },
    inputs: { ...existing(state, (missing?.rows ?? []) as unknown as MissingName[], dropped), role: role.name },
    drift,
  };
}

/** What the last `pulumi up` did not know of; a second refresh says it again. */
function newlyUncovered(uncovered: Uncovered[], state: GrantsState): string[] {
  const known = new Set((state.uncovered ?? []).map(uncoveredKey));
  const said = new Set(state.drift as string[] | undefined);
  return uncovered.flatMap((entry) => {
    const sentence = `${entry.kind} ${entry.object}: ${entry.reason}. ${entry.fix};`;
    return known.has(uncoveredKey(entry)) && !said.has(sentence) ? [] : [sentence];
  });
}

function uncoveredKey({ kind, object, owner, reason }: Uncovered): string {
  return JSON.stringify([kind, object, owner, reason]);
}

/** The scope without what is gone: a dropped schema, table or column then shows by name in the next preview. */
function existing(state: GrantsState, missing: MissingName[], dropped: ReadonlyMap<string, string[]>): Inputs {
  const gone = (kind: MissingName["kind"]) => missing.filter((name) => name.kind === kind);
  const isGone = (kind: MissingName["kind"], wanted: string) => gone(kind).some(({ name }) => name === wanted);
  const tables = new Set(gone("table").map(({ schema, name }) => tableKey({ schema: schema as string, name })));
  const { schemas, objectOwners } = state;
  return {
    schemas: Array.isArray(schemas) ? schemas.filter((name) => !isGone("schema", name)) : schemas,
    tables: state.tables
      ?.filter((spec) => !tables.has(tableKey(parseTable(spec))))
      .map((spec) => withoutColumns(spec, dropped)),
    objectOwners: objectOwners?.filter((name) => !isGone("role", name)),
  };
}

function withoutColumns(spec: TableSpec, dropped: ReadonlyMap<string, string[]>): TableSpec {
  if (typeof spec === "string" || spec.columns === undefined) return spec;
  const gone = dropped.get(tableKey(spec)) ?? [];
  return { ...spec, columns: spec.columns.filter((column) => !gone.includes(column)) };
}
