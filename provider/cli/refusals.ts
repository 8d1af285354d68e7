import { isRefusal, refusal, type SourceError } from "../errors";

const USAGE = "usage";

export function usageProblem(message: string): SourceError {
  return refusal(USAGE, message);
}

export function isUsageProblem(error: Error): boolean {
  return isRefusal(error) && error.kind === USAGE;
}
