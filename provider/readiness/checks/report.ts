import type { ReadinessCheck } from "../check";
import { columnChecks, generatedChecks } from "./columns";
import { type Facts, replicatesChanges } from "./facts";
import { identityChecks } from "./identity";
import type { ReadinessLine } from "./judge";
import { publicationChecks } from "./publication";
import { replicationChecks } from "./replication";
import { rightChecks } from "./rights";
import { roleChecks } from "./role";
import { rowSecurityChecks } from "./rowSecurity";
import { serverChecks } from "./server";
import { slotChecks } from "./slots";
import { areTablesJudged, tableChecks } from "./tables";
import { transactionChecks } from "./transactions";
import { writeChecks } from "./writes";

interface Section {
  /** Whether its checks mean anything; default: always. */
  where?: (facts: Facts) => boolean;
  /** Each gives its lines, one for each check. */
  checks: ((facts: Facts) => ReadinessLine[])[];
}

/** All checks, in the order of the report. */
const SECTIONS: readonly Section[] = [
  { checks: [serverChecks, roleChecks] },
  { where: replicatesChanges, checks: [replicationChecks, slotChecks, transactionChecks] },
  { where: areTablesJudged, checks: [tableChecks, rightChecks, columnChecks, identityChecks, rowSecurityChecks] },
  { where: (facts) => replicatesChanges(facts) && areTablesJudged(facts), checks: [generatedChecks] },
  { where: replicatesChanges, checks: [publicationChecks] },
  { where: (facts) => replicatesChanges(facts) && facts.pub.exists, checks: [writeChecks] },
];

/**
 * What ClickPipes would say of this source, and what it would not say: one line a check, in a fixed order. A check that
 * means nothing without something that is missing, such as the rights of a role that does not exist, is left out.
 */
export function readinessReport(facts: Facts): ReadinessLine[] {
  return SECTIONS.filter(({ where }) => where?.(facts) ?? true).flatMap(({ checks }) =>
    checks.flatMap((check) => check(facts)),
  );
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
