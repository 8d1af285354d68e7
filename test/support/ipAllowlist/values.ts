import type { Edit } from "../../../provider/ipAllowlist/editRecord";
import type { AllowlistInputs, AllowlistOutputs, AllowlistState } from "../../../provider/ipAllowlist/state";
import type { Survey } from "../../../provider/ipAllowlist/survey";
import { NO_WRITES } from "../../../provider/neon/settingsChange";

export const PROJECT = "quiet-river-123456";

/** The inputs of a program that lists these addresses. */
export function someInputs(addresses: string[], changes: Partial<AllowlistInputs> = {}): AllowlistInputs {
  const mark = "organization/app/dev/IpAllowlist/allowlist";
  return { mark, projectId: PROJECT, ips: addresses, addresses, whenOpen: "leaveOpen", ...changes };
}

/** The state after a run that added `addresses` to a closed list, apart from `changes`. */
export function aState(addresses: string[], changes: Partial<AllowlistInputs & AllowlistOutputs> = {}): AllowlistState {
  const outputs = { effective: "restricted", token: "t1", edition: "e1", added: addresses } as const;
  return { id: PROJECT, ...someInputs(addresses), ...outputs, ...changes };
}

/** What the run after `state` knows, if the program now lists `addresses`. */
export function aSurvey(
  addresses: string[],
  { desired, ...known }: Partial<Omit<Survey, "desired">> & { desired?: Partial<AllowlistInputs> } = {},
): Survey {
  const gone = known.state?.added?.filter((entry) => !addresses.includes(entry)) ?? [];
  return {
    desired: someInputs(addresses, desired),
    state: undefined,
    pending: undefined,
    token: "t1",
    edition: "e2",
    others: [],
    gone,
    ...known,
  };
}

/** An edit that has written nothing, apart from `changes`. */
export function anEdit(changes: Partial<Edit> = {}): Edit {
  return { added: [], writes: NO_WRITES, ...changes };
}
