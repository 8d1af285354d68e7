import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import type { Found } from "../lifecycle/lifecycle";
import { findGrants } from "../postgres/sql/mark";
import { readRole, toRole } from "../postgres/sql/role";
import { placeOf, readServer, toServer } from "../postgres/sql/server";
import { knownOf, readRights, referenceTo, toRights } from "./find";
import { liveScope, stillKnown } from "./liveScope";
import { formatObjects, type ObjectNow, readObjects, renamingSentences, renamings } from "./sql/objects";
import { planGrants, readableTables } from "./sql/plan";
import { type MissingName, readMissing } from "./sql/scope";
import type { GrantsState } from "./state";
import type { Uncovered } from "./uncovered";
import { keepUnread, sayUnread } from "./unread";

export async function readGrants(context: Context, id: string, inputs: Inputs): Promise<Found | undefined> {
  const state = { ...inputs, role: inputs.role ?? id } as GrantsState;
  const reference = referenceTo(context, state);
  const known = knownOf(context, state);
  const [serverAnswer, roleAnswer, missingAnswer, objectsAnswer, ...answers] = await context.postgres.read((session) =>
    session.run(
      readServer,
      readRole(reference),
      readMissing(state),
      readObjects(state, known),
      ...readRights(session.version, reference, state),
    ),
  );
  const server = toServer(serverAnswer?.rows[0] ?? {});
  context.checkPlace(server, state);
  const role = toRole(roleAnswer?.rows[0]);
  if (!role) return undefined;
  const actual = toRights(answers, server.database);
  const objects = (objectsAnswer?.rows ?? []) as unknown as ObjectNow[];
  const renamed = renamings(known, objects);
  const plan = planGrants(role.name, actual);
  const uncovered = keepUnread(plan.uncovered, state.uncovered, actual);
  sayUnread(context, role.name, actual);
  const drift = [...plan.missing, ...newlyUncovered(uncovered, state), ...renamingSentences(renamed)];
  if (role.mayComment && state.token !== undefined && !findGrants(role.marked, server.database, state.mark)) {
    drift.push(`role "${role.name}" no longer bears the note of these grants in its comment`);
  }
  const missing = (missingAnswer?.rows ?? []) as unknown as MissingName[];
  return {
    outputs: {
      roleOid: role.oid,
      target: placeOf(server),
      grantedTables: readableTables(role.name, actual),
      uncovered,
      objects: formatObjects(stillKnown(known, objects)),
    },
    inputs: { ...liveScope(state, missing, renamed), role: role.name },
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
