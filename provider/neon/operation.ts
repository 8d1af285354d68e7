import type { SourceError } from "../errors";
import { operationFailed, operationLate } from "./errors";
import type { NeonWaits } from "./waits";

/** Work that Neon does on a project after it has answered the request. */
export interface Operation {
  id: string;
  action: string;
  status: string;
  error?: string;
  /** When Neon will retry a failed operation. */
  retry_at?: string;
}

const ENDED: ReadonlySet<string> = new Set(["finished", "skipped", "cancelled"]);

export function hasEnded({ status }: Operation): boolean {
  return ENDED.has(status);
}

/** Tells whether the operation may still change something. A failed one counts if Neon says when it will retry it. */
export function isRunning(operation: Operation): boolean {
  const { status, retry_at: retryAt = "" } = operation;
  if (status === "failed") return Date.parse(retryAt) > Date.now();
  return status !== "error" && !hasEnded(operation);
}

/** Why to stop waiting, if there is a reason. Neon may retry an operation with status "failed", but not one with "error". */
export function operationProblem(
  projectId: string,
  operation: Operation,
  since: { deadline: number; failedSince: number | undefined },
  waits: NeonWaits,
): SourceError | undefined {
  const { status, retry_at: retryAt } = operation;
  if (status === "error") return operationFailed(projectId, operation);
  if (Date.now() > since.deadline) return operationLate(projectId, operation, waits.operations / 1000);
  if (since.failedSince === undefined) return undefined;
  const triedAgain = retryAt === undefined ? 0 : Date.parse(retryAt) || 0;
  const patience = Math.max(since.failedSince, triedAgain) + waits.failedOperation;
  return Date.now() > patience ? operationFailed(projectId, operation) : undefined;
}
