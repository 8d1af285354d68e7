import { identifier, qualified, type Statement, statement } from "../../postgres/sql/statement";
import type { HeldRight } from "./held";
import { byActor, defaultStatements } from "./statements";

/**
 * Takes rights back. A REVOKE on a table takes the column rights by the same grantor along: `columnsToKeep` tells which of
 * a table's columns stay readable, and they are granted again.
 */
export function planRevoke(
  role: string,
  database: string,
  rights: HeldRight[],
  columnsToKeep: (table: HeldRight) => string[],
): Statement[] {
  const from = identifier(role);
  const of = (kind: HeldRight["kind"]) => rights.filter((right) => right.kind === kind && right.actor !== "none");
  const defaults = of("default").map(({ name, schema, actor }) => ({ creator: name, schema, actor }));
  return [
    ...defaultStatements(
      defaults,
      (spaces, forRole) =>
        `alter default privileges${forRole} in schema ${spaces} revoke select on tables from ${from}`,
    ),
    ...byActor(of("table"), (group) => [
      statement(`revoke select on ${group.map(qualified).join(", ")} from ${from}`),
      ...group.flatMap((table) => onColumns("grant", table, columnsToKeep(table), `to ${from}`)),
    ]),
    ...byActor(of("column"), (group) =>
      byTable(group).flatMap(({ table, columns }) => onColumns("revoke", table, columns, `from ${from}`)),
    ),
    ...byActor(of("schema"), (group) => [
      statement(`revoke usage on schema ${group.map(({ schema }) => identifier(schema)).join(", ")} from ${from}`),
    ]),
    ...byActor(of("connect"), () => [statement(`revoke connect on database ${identifier(database)} from ${from}`)]),
  ];
}

function onColumns(verb: "grant" | "revoke", table: HeldRight, columns: string[], whom: string): Statement[] {
  if (columns.length === 0) return [];
  const list = [...new Set(columns)].map(identifier).join(", ");
  return [statement(`${verb} select (${list}) on ${qualified(table)} ${whom}`)];
}

function byTable(rights: HeldRight[]): { table: HeldRight; columns: string[] }[] {
  const tables = new Map<string, { table: HeldRight; columns: string[] }>();
  for (const right of rights) {
    const entry = tables.get(qualified(right)) ?? { table: right, columns: [] };
    entry.columns.push(right.column as string);
    tables.set(qualified(right), entry);
  }
  return [...tables.values()];
}
