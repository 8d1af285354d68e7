import { refusal, type SourceError } from "../errors";
import { CLICKPIPES_PATIENCE_MS } from "../patience";
import type { ReadinessCheck } from "./check";
import { describeLine } from "./wording";

/** Lists the blocked checks, each with its fix below it. */
export function notReady(blocked: ReadinessCheck[]): SourceError {
  const lines = blocked.map((line) => `  - ${describeLine(line, line.check).join("\n      ")}`);
  const count = blocked.length === 1 ? "1 check is" : `${blocked.length} checks are`;
  return refusal(
    "notReady",
    `ClickPipes would not accept this source: ${count} blocked.`,
    ...lines,
    "Run the fixes above, then `pulumi up` again.",
    'To get warnings instead of this error, set `onFailure: "warn"`.',
  );
}

/** `.get()` needs these, since only the program knows them. */
export function incompleteState(missing: string[]): SourceError {
  return refusal(
    "incomplete",
    `SourceReadiness.get: its \`state\` argument lacks ${missing.join(", ")}.`,
    "Add what is missing: only your program knows it.",
  );
}

export function lateAnswer({ host, port }: { host: string; port: number }): SourceError {
  const seconds = CLICKPIPES_PATIENCE_MS / 1000;
  return refusal(
    "late",
    `${host}:${port} gave no answer within ${seconds} s.`,
    "ClickPipes gives up after the same time.",
    "Check that the host answers, then run it again. If its compute was suspended, it takes too long to start.",
  );
}
