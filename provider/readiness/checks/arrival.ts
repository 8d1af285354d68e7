import { displayTable } from "../../postgres/sql/table";
import { joinFirst } from "../../text";
import type { ReadinessCheck } from "../check";
import type { Facts, TriedRelation } from "./facts";
import { displayColumns, publishTable } from "./fixes";
import { judge } from "./judge";

/**
 * What arrives of children by inheritance. Every child is loaded with its parent. A change to a child arrives only if the child is
 * published, and then under the name of its parent, one level up.
 */
export function arrivalChecks(facts: Facts): ReadinessCheck[] {
  const children = facts.relations.filter(({ how }) => how === "child");
  const problems = [
    problem(
      children.filter(({ distance, published, mapped }) => distance === 1 && !published && !mapped),
      "changes to children that are not published never arrive",
      (child) => publishTable(facts, child),
    ),
    problem(
      children.filter(({ distance, mapped }) => distance === 1 && mapped),
      "changes to children arrive in the ClickHouse table of their parent, not in their own, if both are in the pipe",
      ({ of, ...child }) =>
        `take ${displayTable(child)} out of the pipe, and leave it published, or take ${displayTable(of)} out`,
    ),
    problem(
      children.filter(({ distance }) => distance > 1),
      "changes to children of children are lost, since ClickPipes looks for a parent only one level up",
      ({ of }) => `take ${displayTable(of)} out of the pipe, and put the tables in whose children have no children`,
    ),
  ].filter(({ detail }) => detail !== "");
  const extra = children.filter(({ extraColumns, published }) => published && extraColumns.length > 0);
  return [
    judge("arrival", problems.length === 0, "changes to children by inheritance arrive with their parents", {
      detail: problems.map(({ detail }) => detail).join("; "),
      fix: [...new Set(problems.flatMap(({ fixes }) => fixes))].join("; "),
    }),
    judge("childColumns", extra.length === 0, "no child by inheritance adds columns to the table of its parent", {
      status: "warning",
      detail: `the first change to a child adds its own columns to the ClickHouse table of its parent: ${joinFirst(
        extra.map((child) => displayColumns(child, child.extraColumns)),
        10,
      )}`,
      fix: `list the columns in \`excludedColumns\` of ${joinFirst([...new Set(extra.map(({ of }) => displayTable(of)))], 10)}`,
    }),
  ];
}

function problem(
  children: TriedRelation[],
  what: string,
  fix: (child: TriedRelation) => string,
): { detail: string; fixes: string[] } {
  const names = joinFirst(
    children.map((child) => `${displayTable(child)} (inherits from ${displayTable(child.of)})`),
    10,
  );
  return { detail: children.length === 0 ? "" : `${what}: ${names}`, fixes: children.slice(0, 10).map(fix) };
}
