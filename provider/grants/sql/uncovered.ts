import { sentence } from "../../errors";
import { DROP_POLICY_FIRST, policyFor } from "../../postgres/sql/rowSecurity";
import { identifier, literal } from "../../postgres/sql/statement";
import { displayIdentifier } from "../../postgres/sql/table";
import { joinFirst } from "../../text";
import type { Uncovered } from "../uncovered";
import type { Gap } from "./gaps";
import { type Group, groupBy } from "./groupBy";

/** How many are listed one by one: state and terminal must not grow with the database. */
const NAMED = 5;
const LISTED = 20;

/** One sentence for each kind of gap, with the first few names. */
export function gapSentences(role: string, gaps: Gap[]): string[] {
  const verbs = [...new Set(gaps.map(({ verb }) => verb))];
  return verbs.map((verb) => {
    const names = gaps.filter((gap) => gap.verb === verb).map(displayGap);
    return `role "${role}" ${verb} ${joinFirst(names, NAMED)}`;
  });
}

function displayGap({ kind, object, columns }: Gap): string {
  if (columns) return `${object} (${columns.map(displayIdentifier).join(", ")})`;
  return kind === "schema" || kind === "database" ? `${kind} ${object}` : object;
}

/**
 * Many tables of one owner in one schema, with the same reason, are one entry with one statement. Tables that the scope lists by
 * name are not combined.
 */
export function uncoveredBy(role: string, gaps: Gap[]): Uncovered[] {
  const keyOf = ({ schema, owner, reason, fix }: Gap) =>
    schema === undefined ? fix : JSON.stringify([schema, owner, reason]);
  return groupBy(gaps, keyOf).flatMap((group) =>
    group.length > LISTED ? [schemaEntry(role, group)] : group.map(gapEntry),
  );
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

function grantAll(role: string, schema: string): string {
  return `GRANT SELECT ON ALL TABLES IN SCHEMA ${identifier(schema)} TO ${identifier(role)}`;
}

function showAll(role: string, schema: string): string {
  const make = literal("CREATE POLICY %I ON %s FOR SELECT TO %I USING (true)");
  const policy = literal(policyFor(role));
  // Qualified names and operators mean the same under any search path.
  const is = "OPERATOR(pg_catalog.=)";
  const body =
    " DECLARE t pg_catalog.regclass; BEGIN FOR t IN SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n " +
    `ON n.oid ${is} c.relnamespace WHERE n.nspname ${is} ${literal(schema)}::pg_catalog.name AND c.relrowsecurity ` +
    `AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid ${is} c.oid AND p.polname ${is} ${policy}::pg_catalog.name) ` +
    `LOOP EXECUTE pg_catalog.format(${make}, ${policy}, t, ${literal(role)}); END LOOP; END `;
  const quotes = body.includes("$$") ? "$clickpipes$" : "$$";
  return `DO ${quotes}${body}${quotes} ${DROP_POLICY_FIRST}`;
}
