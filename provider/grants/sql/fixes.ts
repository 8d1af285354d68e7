import { DROP_POLICY_FIRST, policyFor } from "../../postgres/sql/rowSecurity";
import { identifier, literal, qualified } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";

// The statements that fix many tables at once. Qualified names and operators mean the same under any search path.

const IS = "OPERATOR(pg_catalog.=)";

export function grantAll(role: string, schema: string): string {
  return `GRANT SELECT ON ALL TABLES IN SCHEMA ${identifier(schema)} TO ${identifier(role)}`;
}

export function showAll(role: string, schema: string): string {
  return showEach(
    role,
    `pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid ${IS} c.relnamespace ` +
      `WHERE n.nspname ${IS} ${literal(schema)}::pg_catalog.name`,
  );
}

/** Many leaves of one partitioned table that belong to one owner. */
interface Leaves {
  root?: TableName;
  owner: string;
}

export function grantLeaves(role: string, leaves: Leaves, columns: string[] | undefined): string {
  const list = columns ? ` (${columns.map(identifier).join(", ")})` : "";
  return forEach(
    leavesOf(leaves),
    literal(`GRANT SELECT${list.replaceAll("%", "%%")} ON %s TO %I`),
    `t, ${literal(role)}`,
  );
}

export function showLeaves(role: string, leaves: Leaves): string {
  return showEach(role, leavesOf(leaves));
}

function leavesOf({ root, owner }: Leaves): string {
  const tree = root ? `${literal(qualified(root))}::pg_catalog.regclass` : "NULL";
  return (
    `pg_catalog.pg_partition_tree(${tree}) p JOIN pg_catalog.pg_class c ON c.oid ${IS} p.relid ` +
    `WHERE p.isleaf AND c.relowner ${IS} ${literal(identifier(owner))}::pg_catalog.regrole`
  );
}

/** A policy that shows all rows of each table `c`. */
function showEach(role: string, tables: string): string {
  const policy = literal(policyFor(role));
  const without =
    "AND c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy p " +
    `WHERE p.polrelid ${IS} c.oid AND p.polname ${IS} ${policy}::pg_catalog.name)`;
  const make = literal("CREATE POLICY %I ON %s FOR SELECT TO %I USING (true)");
  return `${forEach(`${tables} ${without}`, make, `${policy}, t, ${literal(role)}`)} ${DROP_POLICY_FIRST}`;
}

function forEach(tables: string, make: string, values: string): string {
  const body =
    ` DECLARE t pg_catalog.regclass; BEGIN FOR t IN SELECT c.oid FROM ${tables} ` +
    `LOOP EXECUTE pg_catalog.format(${make}, ${values}); END LOOP; END `;
  const quotes = body.includes("$$") ? "$clickpipes$" : "$$";
  return `DO ${quotes}${body}${quotes}`;
}
