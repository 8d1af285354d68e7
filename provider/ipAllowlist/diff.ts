import type { Context } from "../lifecycle/context";
import { replacedProject } from "../lifecycle/projectId";
import { memberOf, RunRegistry } from "./runRegistry";
import type { AllowlistInputs, AllowlistState } from "./state";
import { staysEmptied } from "./wording";

/**
 * The arguments whose change needs a replacement. Also registers what the resource desires: if nothing of it changes, no other verb
 * is called, and the delete of another resource must leave its entries in the list.
 */
export function diffAllowlist(state: AllowlistState, inputs: AllowlistInputs, context: Context): "projectId"[] {
  const replaced = replacedProject(state, inputs);
  const { projectId, token, edition, wasClosed, drift } = state;
  // After a refresh with drift, an update follows, which says the same.
  if (wasClosed && drift === undefined && inputs.whenOpen !== "restrict") context.warn(staysEmptied(projectId));
  if (replaced.length === 0 && token !== undefined)
    context.run.memory(RunRegistry).remember(projectId, memberOf(inputs, token, edition));
  return replaced;
}
