import { refusal, type SourceError } from "../errors";
import { isNeonFailure } from "../neon/errors";
import { nameList } from "./wording";

/** Which answer Neon gives where the plan lacks IP Allow is documented nowhere, so every refused write names both causes. */
export function allowlistRefused(projectId: string, failure: unknown): unknown {
  if (!isNeonFailure(failure) || failure.method !== "PATCH") return failure;
  const { status = 0, method } = failure;
  if (status < 400 || status >= 500 || [401, 404, 423, 429].includes(status)) return failure;
  const text =
    `Neon refused to change ${nameList(projectId)}, which has not changed. IP Allow is part of Neon's Scale ` +
    `plan, and needs a key that may change the project. ${failure.message}`;
  return Object.assign(refusal("neonFailure", text), { method, status });
}

export function publicBlocked(projectId: string): SourceError {
  return refusal(
    "publicBlocked",
    `project ${projectId} blocks public connections, so ClickPipes cannot reach it whatever its IP Allow list says: ` +
      "allow them in the project's settings, or leave IpAllowlist out and use a private connection",
  );
}

export function listEmptied(projectId: string): SourceError {
  return refusal(
    "listEmptied",
    `${nameList(projectId)} was emptied by somebody, so it is open to the world now. It is not closed again unasked: ` +
      'run `pulumi refresh` to see it, then `pulumi up` to close it, or set `whenOpen: "leaveOpen"`',
  );
}

export function listContested(projectId: string, entries: string[]): SourceError {
  return refusal(
    "listContested",
    `${nameList(projectId)} is being changed by somebody else all the time: what we wrote of ${entries.join(", ")} ` +
      "did not stay. Run it again in a moment; if it never stays, see whether the project's plan includes IP Allow (Neon's Scale plan does)",
  );
}

export function wouldOpen(projectId: string): SourceError {
  return refusal(
    "wouldOpen",
    `without these addresses ${nameList(projectId)} would be empty, and so open to the world. Add other entries first; ` +
      "or set `allowOpenOnDelete: true`, run `pulumi up`, then destroy again. Nothing was changed",
  );
}

interface ShutOut {
  projectId: string;
  host: string;
  cause: Error;
  /** Whether the list is open again. */
  isOpen?: boolean;
  /** Why our addresses could not be taken out again. */
  failure?: Error;
}

export function shutOut({ projectId, host, cause, isOpen, failure }: ShutOut): SourceError {
  const after = failure
    ? `and taking our addresses out again failed too (${failure.message}): the list is closed, so correct it in Neon's console at once`
    : `so our addresses were taken out again${isOpen ? ", and the list is open as before" : ""}`;
  return refusal(
    "shutOut",
    `with ${nameList(projectId)} closed, this machine could not connect to ${host} any more (${cause.message}), ${after}. ` +
      "Add this machine's address to `ips`, and those of your applications",
  );
}
