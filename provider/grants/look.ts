import type { Context } from "../lifecycle/context";
import { readRole } from "../postgres/sql/role";
import { placeOf, readServer } from "../postgres/sql/server";
import { displayIdentifier } from "../postgres/sql/table";
import { warnOfChildren } from "./leaves/children";
import { OwnershipNotes } from "./ownershipNotes";
import { ownNotes, sortNotes } from "./ownNotes";
import { warnOfResumption } from "./resumption";
import { readChildren } from "./sql/leaves/children";
import { displayMissing, readMissing } from "./sql/missing";
import type { GrantsInputs } from "./state";

export async function lookAtGrants(
  context: Context,
  before: Partial<GrantsInputs>,
  inputs: GrantsInputs,
): Promise<void> {
  const reference = { oid: null, name: inputs.role };
  const seen = await context.lookAt((session) =>
    session.ask(readServer, readRole(reference), readMissing(inputs), readChildren(session.version, reference, inputs)),
  );
  if (!seen) return;
  const [server, role, names, children] = seen;
  context.refuseOtherPlace(server);
  const missing = names.map(displayMissing);
  if (!role && !context.run.isAnnounced(inputs.role)) missing.unshift(`role ${displayIdentifier(inputs.role)}`);
  context.warnOfAbsent(missing);
  warnOfChildren(context, inputs.role, children);
  const isCreate = Object.keys(before).length === 0;
  if (!role || !isCreate) return;
  const place = placeOf(server);
  const notes = context.run.memory(OwnershipNotes).of(role, place);
  warnOfResumption(context, inputs, sortNotes(notes, ownNotes(context.asker(place, inputs))).own);
}
