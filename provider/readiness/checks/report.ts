import type { ReadinessCheck } from "../check";
import { arrivalChecks } from "./arrival";
import { columnChecks, generatedChecks } from "./columns";
import { type Facts, replicatesChanges } from "./facts";
import { identityChecks } from "./identity";
import type { ReadinessLine } from "./judge";
import { keyChecks } from "./keys";
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
  /** Whether its checks make sense. Default: always. */
  where?: (facts: Facts) => boolean;
  /** Each returns one line per check. */
  checks: ((facts: Facts) => ReadinessLine[])[];
}

/** All checks, in the order of the report. */
const SECTIONS: readonly Section[] = [
  { checks: [serverChecks, roleChecks] },
  { where: replicatesChanges, checks: [replicationChecks, slotChecks, transactionChecks] },
  { where: areTablesJudged, checks: [tableChecks] },
  { where: hasTables, checks: [rightChecks, columnChecks, identityChecks, keyChecks, rowSecurityChecks] },
  { where: (facts) => replicatesChanges(facts) && hasTables(facts), checks: [generatedChecks, arrivalChecks] },
  { where: replicatesChanges, checks: [publicationChecks] },
  { where: (facts) => replicatesChanges(facts) && facts.pub.exists, checks: [writeChecks] },
];

function hasTables({ tables }: Facts): boolean {
  return tables.length > 0;
}

/**
 * What ClickPipes checks in this source, and what it does not check but fails on later: one line per check, in a fixed order. A
 * check is left out if it makes no sense without something that is missing, such as the privileges of a role that does not exist.
 */
export function readinessReport(facts: Facts): ReadinessLine[] {
  return SECTIONS.filter(({ where }) => where?.(facts) ?? true).flatMap(({ checks }) =>
    checks.flatMap((check) => check(facts)),
  );
}

/** What comes and goes without a change to the source, so it would show as a change on every refresh. */
const TRANSIENT: readonly string[] = ["openTransactions", "leftoverSlots"];

/** What the state keeps after a refresh. The previous line is kept for what is transient, and for what cannot be read now. */
export function lastingReport(report: ReadinessLine[], before: ReadinessCheck[] = []): ReadinessCheck[] {
  return report.map(({ unread, ...now }) => {
    const last = before.find(({ check }) => check === now.check);
    // A line that is blocked for what could be read is news, unless it was blocked before.
    const isKnown = now.status !== "blocked" || last?.status === "blocked";
    const isKept = unread === undefined ? TRANSIENT.includes(now.check) && now.status !== "ok" : isKnown;
    return (isKept && last) || now;
  });
}

/** The report as of now, including what is unknown. */
export function currentReport(report: ReadinessLine[]): ReadinessCheck[] {
  return report.map(({ unread, ...line }) =>
    unread === undefined || line.detail === unread ? line : { ...line, detail: `${line.detail}; ${unread}` },
  );
}
