import { refusal } from "../errors";
import type { Properties } from "../lifecycle/arguments";
import type { Live } from "../lifecycle/host";

/** Whether a kind of resource can be imported, and if not, what to do instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  ClickPipesGrants:
    "Add it to the program instead. `pulumi up` grants what is missing, and leaves what the role holds already.",
  IpAllowlist:
    "Add it to the program instead. `pulumi up` adds what is missing, and leaves the entries that are there.",
  SourceReadiness: "It creates nothing that could be imported. Add it to the program instead.",
};

/** The objects that an import adopts, as `adopt: true` does in a create. */
const ADOPTED: readonly string[] = ["ClickPipesUser", "Publication"];

export function refuseUnlessImportable(kind: string, id: string): void {
  const instead = INSTEAD[kind];
  if (instead) throw refusal("notImportable", `${kind} "${id}" cannot be imported.`, instead);
}

/** The imported object, which the next update marks as this stack's. Until then, delete leaves it unchanged. */
export function toImported(kind: string, id: string, { inputs, state }: Live): Live {
  if (!ADOPTED.includes(kind)) return { inputs, state };
  const { drift: _drift, ...args } = inputs;
  const drift = [`${kind} "${id}" is imported, but does not belong to this stack yet: \`pulumi up\` adopts it`];
  const adopting = { ...args, adopt: true, drift };
  return { inputs: adopting, state: { ...state, ...adopting, adopted: true, imported: true } };
}

/** Whether a state comes from an import that no update has completed. */
export function isTakenOverLater({ imported }: Properties): boolean {
  return imported === true;
}
