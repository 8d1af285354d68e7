import { refusal, type SourceError } from "../errors";
import { CLICKPIPES_PATIENCE_MS } from "../patience";
import type { ReadinessCheck } from "./check";

export function notReady(blocked: ReadinessCheck[]): SourceError {
  const lines = blocked.map(({ check, detail, fix }) => `\n  - ${check}: ${detail}${fix ? `\n      ${fix}` : ""}`);
  return refusal(
    "notReady",
    `ClickPipes would not accept this source:${lines.join("")}\nMend these, or set \`onFailure: "warn"\``,
  );
}

/** Of a `.get()` that was not given what nothing but the program knows. */
export function incompleteState(missing: string[]): SourceError {
  return refusal("incomplete", `SourceReadiness.get: its state lacks ${missing.join(", ")}`);
}

export function lateAnswer({ host, port }: { host: string; port: number }): SourceError {
  const seconds = CLICKPIPES_PATIENCE_MS / 1000;
  return refusal("late", `${host}:${port} gave no answer within ${seconds} s, the time that ClickPipes waits for one`);
}
