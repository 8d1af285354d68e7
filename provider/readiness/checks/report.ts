import type { ReadinessCheck } from "../check";
import type { Facts } from "./facts";
import type { ReadinessLine } from "./judge";
import { publicationChecks } from "./publication";
import { replicationChecks } from "./replication";
import { roleChecks, serverChecks } from "./role";
import { tableChecks } from "./tables";

/** Why the ClickPipes user could not connect, in words and by SQLSTATE. */
export interface ProbeFailure {
  text: string;
  code?: string;
}

/**
 * What ClickPipes would say of this source, and what it would not say: one line a check, in a fixed order. A check that
 * means nothing without something that is missing, such as the rights of a role that does not exist, is left out.
 */
export function readinessReport(facts: Facts): ReadinessLine[] {
  const replicates = facts.mode !== "snapshot";
  return [
    ...serverChecks(facts),
    ...roleChecks(facts),
    ...(replicates ? replicationChecks(facts) : []),
    ...tableChecks(facts),
    ...(replicates ? publicationChecks(facts) : []),
  ];
}

/** What passes by itself, and would show as a change on every refresh. */
const PASSING: readonly string[] = ["openTransactions"];

/** What is kept: of what passes by itself, and of what nobody can look at for now, what was found last. */
export function lastingReport(report: ReadinessLine[], before: ReadinessCheck[] = []): ReadinessCheck[] {
  return report.map(({ unread, ...now }) => {
    const last = before.find(({ check }) => check === now.check);
    // What is certainly blocked is no less so for what nobody can look at.
    const isKnown = now.status !== "blocked" || last?.status === "blocked";
    const passes = unread === undefined ? PASSING.includes(now.check) && now.status !== "ok" : isKnown;
    return (passes && last) || now;
  });
}

/** For people who look now: with what is unknown. */
export function currentReport(report: ReadinessLine[]): ReadinessCheck[] {
  return report.map(({ unread, ...line }) =>
    unread === undefined || line.detail === unread ? line : { ...line, detail: `${line.detail}; ${unread}` },
  );
}
