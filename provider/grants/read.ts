import type { Context } from "../lifecycle/context";
import type { Found } from "../lifecycle/lifecycle";
import { noteDrift } from "../ownership/notes";
import { readRole } from "../postgres/sql/role";
import { placeOf, readServer } from "../postgres/sql/server";
import { currentScope } from "./currentScope";
import { formerLeafSentences, readOnLeaves } from "./leaves/former";
import { OwnershipNotes } from "./ownershipNotes";
import { ownNotes, sortNotes, whoseGrants } from "./ownNotes";
import { historyOf } from "./ownRights";
import { readCoverage, toCoverage } from "./sql/coverage";
import { readMissing } from "./sql/missing";
import { formatObjects, readObjects, stillKnown } from "./sql/objects";
import { planGrants, readableTables } from "./sql/plan";
import { renamingSentences, renamings } from "./sql/renamings";
import { explainUncovered } from "./sql/uncovered";
import { type GrantsInputs, type GrantsOutputs, type GrantsState, knownObjects, referenceTo } from "./state";
import type { Uncovered } from "./uncovered";
import { keepUnread, warnOfUnread } from "./unreadPolicies";

export async function readGrants(
  context: Context,
  state: GrantsState,
): Promise<Found<GrantsInputs, GrantsOutputs> | undefined> {
  const reference = referenceTo(context, state);
  const known = knownObjects(context, state);
  const [server, role, missing, objects, onLeaves, ...rights] = await context.postgres.read((session) =>
    session.ask(
      readServer,
      readRole(reference),
      readMissing(state),
      readObjects(state, known.objects),
      readOnLeaves(session.version, reference, known.leaves),
      ...readCoverage(session.version, reference, state),
    ),
  );
  context.refuseOtherPlace(server, state);
  const coverage = toCoverage(server.database, rights);
  if (!role || !coverage) return undefined;
  const renamed = renamings(known.objects, objects);
  const plan = planGrants(role.name, coverage);
  const uncovered = keepUnread(plan.uncovered, state.uncovered, coverage);
  warnOfUnread(context, role.name, coverage);
  const place = placeOf(server);
  const drift = [...plan.missing, ...newlyUncovered(uncovered, state), ...renamingSentences(renamed)];
  const asker = context.asker(place, state, state);
  const notes = context.run.memory(OwnershipNotes).of(role, place);
  const history = historyOf(context, state, sortNotes(notes, ownNotes(asker)));
  drift.push(...formerLeafSentences(role.name, onLeaves, history));
  if (role.mayComment && state.token !== undefined)
    drift.push(...noteDrift(role.name, whoseGrants(role, notes, asker)));
  return {
    outputs: {
      roleOid: role.oid,
      target: place,
      grantedTables: readableTables(role.name, coverage),
      uncovered,
      objects: formatObjects(stillKnown(known.objects, objects), known.leaves),
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
