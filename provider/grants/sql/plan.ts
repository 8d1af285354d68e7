import { identifier, qualified, type Statement, statement } from "../../postgres/sql/statement";
import type { Uncovered } from "../uncovered";
import type { Coverage } from "./coverage";
import { findGaps, type Gap } from "./gaps";
import { type Group, groupBy } from "./groupBy";
import { byActor, defaultStatements } from "./statements";
import type { TableRight } from "./tableRights";
import { gapSentences, uncoveredBy } from "./uncovered";

export interface GrantsPlan {
  statements: Statement[];
  /** Sentences about what is missing and can be granted. */
  missing: string[];
  /** What is missing and cannot be granted. */
  uncovered: Uncovered[];
}

/** The statements that let the role read its scope. They only add rights. */
export function planGrants(role: string, coverage: Coverage): GrantsPlan {
  const gaps = findGaps(role, coverage);
  return {
    statements: statementsFor(role, coverage),
    missing: gapSentences(role, gaps.filter(isGrantable)),
    uncovered: uncoveredBy(
      role,
      gaps.filter((gap) => !isGrantable(gap) && !gap.effective),
    ),
  };
}

/** What is still missing after the grants: a GRANT that only raises a warning (01007) has granted nothing. */
export function uncoveredAfter(role: string, coverage: Coverage): Uncovered[] {
  const reason = "Postgres accepted the GRANT but did not carry it out";
  const ignored = findGaps(role, coverage).filter(isGrantable);
  return [
    ...planGrants(role, coverage).uncovered,
    ...uncoveredBy(
      role,
      ignored.map((gap) => ({ ...gap, reason })),
    ),
  ];
}

/** How many relations of the scope the role can read, whichever right lets it. */
export function readableTables(role: string, coverage: Coverage): number {
  const unreadable = findGaps(role, coverage).filter(
    ({ verb, effective }) => verb === "has no SELECT on" && !effective,
  );
  return coverage.databaseRight.total - unreadable.length;
}

function isGrantable({ actor }: Gap): boolean {
  return actor !== "none";
}

function statementsFor(role: string, { database, databaseRight, schemas, tables, defaults }: Coverage): Statement[] {
  const to = identifier(role);
  const whole = tables.filter((table) => table.columns === null && !table.granted);
  const parts = tables.filter((table) => !table.granted && table.missingColumns.length > 0);
  return [
    ...byActor(databaseRight.connect ? [] : [databaseRight], () => [
      statement(`grant connect on database ${identifier(database)} to ${to}`),
    ]),
    ...byActor(
      schemas.filter(({ granted }) => !granted),
      (group) => [statement(`grant usage on schema ${group.map(({ name }) => identifier(name)).join(", ")} to ${to}`)],
    ),
    ...byActor(whole, (group) => [statement(`grant select on ${group.map(qualified).join(", ")} to ${to}`)]),
    ...byActor(parts, (group) => groupBy(group, columnList).map((same) => grantColumns(same, to))),
    ...defaultStatements(
      defaults.filter(({ granted }) => !granted),
      (spaces, forRole) => `alter default privileges${forRole} in schema ${spaces} grant select on tables to ${to}`,
    ),
  ];
}

/** Tables with the same missing columns share a statement. */
function grantColumns(tables: Group<TableRight>, to: string): Statement {
  return statement(`grant select (${columnList(tables[0])}) on ${tables.map(qualified).join(", ")} to ${to}`);
}

function columnList({ missingColumns }: TableRight): string {
  return missingColumns.map(identifier).join(", ");
}
