import type { Context } from "../lifecycle/context";
import type { Found } from "../lifecycle/lifecycle";
import { findGrants } from "../postgres/sql/mark";
import { readRole } from "../postgres/sql/role";
import { placeOf, readServer } from "../postgres/sql/server";
import { currentScope } from "./currentScope";
import { knownObjects, referenceTo } from "./find";
import { readCoverage, toCoverage } from "./sql/coverage";
import { readMissing } from "./sql/missing";
import { formatObjects, readObjects, stillKnown } from "./sql/objects";
import { planGrants, readableTables } from "./sql/plan";
import { renamingSentences, renamings } from "./sql/renamings";
import { explainUncovered } from "./sql/uncovered";
import type { GrantsInputs, GrantsOutputs, GrantsState } from "./state";
import type { Uncovered } from "./uncovered";
import { keepUnread, warnOfUnread } from "./unreadPolicies";

export async function readGrants(
  context: Context,
  state: GrantsState,
): Promise<Found<GrantsInputs, GrantsOutputs> | undefined> {
  const reference = referenceTo(context, state);
  const known = knownObjects(context, state);
  const [server, role, missing, objects, ...rights] = await context.postgres.read((session) =>
    session.ask(
      readServer,
      readRole(reference),
      readMissing(state),
      readObjects(state, known),
      ...readCoverage(session.version, reference, state),
    ),
  );
  context.refuseOtherPlace(server, state);
  const coverage = toCoverage(server.database, rights);
  if (!role || !coverage) return undefined;
  const renamed = renamings(known, objects);
  const plan = planGrants(role.name, coverage);
  const uncovered = keepUnread(plan.uncovered, state.uncovered, coverage);
  warnOfUnread(context, role.name, coverage);
  const drift = [...plan.missing, ...newlyUncovered(uncovered, state), ...renamingSentences(renamed)];
  if (role.mayComment && state.token !== undefined && !findGrants(role.marked, server.database, state.mark)) {
    drift.push(`the comment of role "${role.name}" no longer contains the note of these grants`);
  }
  return {
    outputs: {
      roleOid: role.oid,
      target: placeOf(server),
      grantedTables: readableTables(role.name, coverage),
      uncovered,
      objects: formatObjects(stillKnown(known, objects)),
    },
    inputs: { ...currentScope(state, missing, renamed), role: role.name },
    drift,
  };
}

/** What the last `pulumi up` did not know of. A second refresh repeats it. */
export function newlyUncovered(uncovered: Uncovered[], state: Pick<GrantsState, "uncovered" | "drift">): string[] {
  const known = new Set((state.uncovered ?? []).map(uncoveredKey));
  return uncovered.flatMap((entry) => {
    const sentence = explainUncovered(entry).join(" ");
    return known.has(uncoveredKey(entry)) && !state.drift?.includes(sentence) ? [] : [sentence];
  });
}

function uncoveredKey({ kind, object, owner, reason }: Uncovered): string {
  return JSON.stringify([kind, object, owner, reason]);
}
