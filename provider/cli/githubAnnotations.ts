import type { ReadinessCheck } from "../readiness/check";

/** The problems as workflow commands of GitHub Actions, which shows them with the run. */
export function formatAnnotations(report: ReadinessCheck[]): string {
  const problems = report.filter(({ status }) => status !== "ok");
  return problems
    .map(({ check, status, detail, fix }) => {
      const kind = status === "blocked" ? "error" : "warning";
      const title = escapeText(`ClickPipes source: ${check}`).replaceAll(":", "%3A").replaceAll(",", "%2C");
      return `::${kind} title=${title}::${escapeText(fix === "" ? detail : `${detail}\nfix: ${fix}`)}`;
    })
    .join("\n");
}

function escapeText(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
