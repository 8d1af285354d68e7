import { refusal, type SourceError, sentence } from "../errors";
import { isNeonFailure } from "../neon/errors";
import { blockedConnections, nameList } from "./wording";

/** Neon does not document its answer if the plan lacks IP Allow, so every refused write names the plan as a possible cause. */
export function allowlistRefused(projectId: string, failure: unknown): unknown {
  if (!isNeonFailure(failure) || failure.method !== "PATCH") return failure;
  const { status = 0, method, isForeign } = failure;
  if (isForeign || status < 400 || status >= 500 || [401, 404, 423, 429].includes(status)) return failure;
  const refused = refusal(
    "neonFailure",
    `Neon refused to change ${nameList(projectId)}.`,
    "The refused request changed nothing.",
    failure.message,
    "IP Allow is part of Neon's Scale plan: check that the project's plan includes it, and that the API key may change the project.",
  );
  return Object.assign(refused, { method, status, isForeign });
}

export function publicBlocked(projectId: string): SourceError {
  return refusal("publicBlocked", ...blockedConnections(projectId));
}

export function listEmptied(projectId: string): SourceError {
  return refusal(
    "listEmptied",
    `${nameList(projectId)} was emptied by another user, so it is open to the world now.`,
    "The provider does not close it again unless you confirm it.",
    "Run `pulumi refresh` to see the change, then `pulumi up` to close the list.",
    'To leave it open, set `whenOpen: "leaveOpen"`.',
  );
}

export function listContested(projectId: string, entries: string[]): SourceError {
  return refusal(
    "listContested",
    `another user keeps changing ${nameList(projectId)}.`,
    `These changes did not last: ${entries.join(", ")}.`,
    "Run the command again in a moment.",
    "If the changes never last, check that the project's plan includes IP Allow (Neon's Scale plan does).",
  );
}

export function wouldOpen(projectId: string): SourceError {
  return refusal(
    "wouldOpen",
    `removing these addresses would leave ${nameList(projectId)} empty, and so open to the world.`,
    "Add other entries first.",
    "To open the list anyway, set `allowOpenOnDelete: true`, run `pulumi up`, then destroy again.",
    "Nothing was changed.",
  );
}

interface ShutOut {
  projectId: string;
  host: string;
  cause: Error;
  /** Whether the list is open again. */
  isOpen?: boolean;
  /** Why the addresses of this resource could not be removed again. */
  failure?: Error;
}

export function shutOut({ projectId, host, cause, isOpen, failure }: ShutOut): SourceError {
  const outcome = failure
    ? ["Undoing the change failed too.", failure.message]
    : [`This resource's addresses were removed again${isOpen ? ", and the list is open as before" : ""}.`];
  return refusal(
    "shutOut",
    `with ${nameList(projectId)} closed, this machine could no longer connect to ${host}.`,
    sentence(`The error was: ${cause.message}`),
    ...outcome,
    ...(failure ? ["The list is still closed, so correct it in Neon's console at once."] : []),
    "Add this machine's address to `ips`, and those of your applications.",
  );
}
