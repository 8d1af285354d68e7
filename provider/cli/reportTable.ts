import { inspect } from "node:util";
import type { ReadinessCheck } from "../readiness/check";

export interface Format {
  width: number;
  /** Leaves out what is ok. */
  problems: boolean;
  colours: boolean;
}

const STATUS = { ok: "ok", warning: "warning", blocked: "BLOCKED" } as const;
const LEAST_WIDTH = 20;

const COLOURS = { ok: "green", warning: "yellow", blocked: "red" } as const;
/** The worst first. Within a status, the order of the report stays. */
const ORDER = ["blocked", "warning", "ok"] as const;

/** The report as a table: status, check and what was found, with the fix below it, and then a count. */
export function formatReport(title: string, report: ReadinessCheck[], { width, problems, colours }: Format): string {
  const [first, second] = [9, Math.max(...report.map(({ check }) => check.length)) + 2];
  const indent = " ".repeat(first + second);
  const shown = ORDER.filter((status) => !(problems && status === "ok"));
  const sorted = shown.flatMap((status) => report.filter((line) => line.status === status));
  const lines = sorted.flatMap(({ check, status, detail, fix }) => {
    const found = wrap(detail, Math.max(width - indent.length, LEAST_WIDTH));
    const advice = fix === "" ? [] : wrap(`fix: ${fix}`, Math.max(width - indent.length, LEAST_WIDTH));
    const word = STATUS[status].padEnd(first);
    const head = (colours ? coloured(word, COLOURS[status]) : word) + check.padEnd(second);
    return [...found, ...advice].map((line, index) => (index === 0 ? head : indent) + line);
  });
  const table = lines.length > 0 ? [...lines, ""] : [];
  return [...wrap(title, width), "", ...table, ...wrap(summary(report), width)].join("\n");
}

/** The terminal's own sequences, as Node has them (`styleText` came with 20.12). */
function coloured(text: string, colour: (typeof COLOURS)[keyof typeof COLOURS]): string {
  const [on, off] = inspect.colors[colour] ?? [0, 0];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** Text in quotes counts as one word. A line break inside a quoted name would change the name when you paste it. */
const WORD = /(?:"[^"]*"|(?<!\w)'[^']*'|\S)+/g;

/** Breaks lines between words. A word that is longer than a line stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(WORD) ?? []) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function summary(report: ReadinessCheck[]): string {
  const count = (status: ReadinessCheck["status"]) => report.filter((check) => check.status === status).length;
  const [warnings, blocked] = [count("warning"), count("blocked")];
  const counts = `${report.length} checks: ${count("ok")} ok, ${warnings} ${warnings === 1 ? "warning" : "warnings"}, ${blocked} blocked.`;
  return `${counts} ClickPipes ${blocked > 0 ? "would not accept this source." : "would accept this source."}`;
}
