import { sentence } from "../../errors";
import { displayIdentifier, displayTable } from "../../postgres/sql/table";
import { joinFirst } from "../../text";
import type { Uncovered } from "../uncovered";
import { grantAll, grantLeaves, showAll, showLeaves } from "./fixes";
import type { Gap } from "./gaps";
import { type Group, groupBy } from "./groupBy";

/** How many are listed one by one: state and terminal must not grow with the database. */
const NAMED = 5;
const LISTED = 20;

/** One sentence for each kind of gap, with the first few names, and one for each partitioned table whose leaves have gaps. */
export function gapSentences(role: string, gaps: Gap[]): string[] {
  const [own, onLeaves] = [gaps.filter(({ root }) => !root), gaps.filter(({ root }) => root)];
  const verbs = [...new Set(own.map(({ verb }) => verb))];
  const sentences = verbs.map((verb) => {
    const names = own.filter((gap) => gap.verb === verb).map(displayGap);
    return `role "${role}" ${verb} ${joinFirst(names, NAMED)}`;
  });
  return [...sentences, ...groupBy(onLeaves, displayRoot).map((group) => leafSentence(role, group))];
}

function leafSentence(role: string, gaps: Group<Gap>): string {
  const schemas = gaps.filter(({ kind }) => kind === "schema");
  const tables = gaps.filter(({ kind }) => kind !== "schema");
  const without = [
    ...(tables.length > 0 ? [`no SELECT on ${partitionsOf(tables)}: ${joinFirst(tables.map(displayGap), NAMED)}`] : []),
    ...(schemas.length > 0
      ? [
          `no USAGE on ${joinFirst(schemas.map(displayGap), NAMED)}${tables.length > 0 ? "" : `, with partitions of ${displayRoot(schemas[0])}`}`,
        ]
      : []),
  ];
  return `role "${role}" has ${without.join(", and ")}`;
}

/** How many partitions of which table the gaps are on. */
function partitionsOf(gaps: Gap[]): string {
  return `${gaps.length} ${gaps.length === 1 ? "partition" : "partitions"} of ${displayRoot(gaps[0])}`;
}

function displayRoot(gap: Gap | undefined): string {
  return gap?.root ? displayTable(gap.root) : "";
}

function displayGap({ kind, object, columns }: Gap): string {
  if (columns) return `${object} (${columns.map(displayIdentifier).join(", ")})`;
  return kind === "schema" || kind === "database" ? `${kind} ${object}` : object;
}

/**
 * Many tables of one owner in one schema, with the same reason, are one entry with one statement, as are the leaves of one
 * partitioned table. Tables that the scope lists by name are not combined.
 */
export function uncoveredBy(role: string, gaps: Gap[]): Uncovered[] {
  const keyOf = ({ schema, root, kind, verb, columns, owner, reason, fix }: Gap) => {
    if (root && kind !== "schema") return JSON.stringify([root, verb, columns, owner, reason]);
    return schema === undefined ? fix : JSON.stringify([schema, owner, reason]);
  };
  return groupBy(gaps, keyOf).flatMap((group) => {
    if (group[0].root && group.length > 1) return [leavesEntry(role, group)];
    return group.length > LISTED ? [schemaEntry(role, group)] : group.map(gapEntry);
  });
}

/** What is not covered, why, and what to do: a line each. */
export function explainUncovered({ kind, object, owner, reason, fix }: Uncovered): string[] {
  const isPlural = kind === "default privileges" || kind === "tables";
  return [
    `${isPlural ? `${object} are` : `${kind} ${object} is`} not covered.`,
    sentence(`${reason.charAt(0).toUpperCase()}${reason.slice(1)}`),
    `Run as ${displayIdentifier(owner)}, or as a superuser: ${fix};`,
  ];
}

function gapEntry({ object, kind, owner, reason, fix }: Gap): Uncovered {
  return { object, kind, owner, reason, fix };
}

function schemaEntry(role: string, group: Group<Gap>): Uncovered {
  const { schema = "", owner, reason, verb } = group[0];
  const object = `${group.length} tables in schema ${displayIdentifier(schema)}`;
  const fix = verb === "has no SELECT on" ? grantAll(role, schema) : showAll(role, schema);
  return { object, kind: "tables", owner, reason, fix };
}

/** The leaves of one partitioned table, however many, are one entry. */
function leavesEntry(role: string, group: Group<Gap>): Uncovered {
  const { owner, reason, verb, columns } = group[0];
  const names = group.map(({ object }) => object);
  const object = `${partitionsOf(group)} (${joinFirst(names, NAMED)})`;
  const each = group.map(({ fix }) => fix).join("; ");
  const all = () => (verb === "has no SELECT on" ? grantLeaves : showLeaves)(role, group[0], columns);
  return { object, kind: "tables", owner, reason, fix: group.length > LISTED ? all() : each };
}
