import type { ReadinessCheck } from "../readiness/check";

const STATUS = { ok: "ok", warning: "warning", blocked: "BLOCKED" } as const;
const LEAST_WIDTH = 20;

/** The report as a table: status, check and what was found, with the fix below it. */
export function formatReport(title: string, report: ReadinessCheck[], width: number): string {
  const [first, second] = [9, Math.max(...report.map(({ check }) => check.length)) + 2];
  const indent = " ".repeat(first + second);
  const lines = report.flatMap(({ check, status, detail, fix }) => {
    const found = wrap(detail, Math.max(width - indent.length, LEAST_WIDTH));
    const advice = fix === "" ? [] : wrap(`fix: ${fix}`, Math.max(width - indent.length, LEAST_WIDTH));
    const head = STATUS[status].padEnd(first) + check.padEnd(second);
    return [...found, ...advice].map((line, index) => (index === 0 ? head : indent) + line);
  });
  return [...wrap(title, width), "", ...lines, "", ...wrap(summary(report), width)].join("\n");
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
