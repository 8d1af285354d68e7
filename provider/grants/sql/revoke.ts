import { identifier, qualified, type Statement, statement } from "../../postgres/sql/statement";
import type { ActualRight } from "./actual";
import { groupBy } from "./groupBy";
import { byActor, defaultStatements } from "./statements";

/**
 * Revokes some of the actual rights. A REVOKE on a table also revokes the column rights of the same grantor: the ones that
 * should stay are granted again.
 */
export function planRevoke(role: string, database: string, actual: ActualRight[], rights: ActualRight[]): Statement[] {
  const from = identifier(role);
  const going = new Set(rights);
  const staying = actual.filter((right) => right.column !== null && !going.has(right));
  const columnsToKeep = (table: ActualRight) =>
    columnsOf(staying.filter((right) => qualified(right) === qualified(table) && right.grantor === table.grantor));
  const of = (kind: ActualRight["kind"]) => rights.filter((right) => right.kind === kind && right.actor !== "none");
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
      groupBy(group, qualified).flatMap((same) => onColumns("revoke", same[0], columnsOf(same), `from ${from}`)),
    ),
    ...byActor(of("schema"), (group) => [
      statement(`revoke usage on schema ${group.map(({ schema }) => identifier(schema)).join(", ")} from ${from}`),
    ]),
    ...byActor(of("connect"), () => [statement(`revoke connect on database ${identifier(database)} from ${from}`)]),
  ];
}

function onColumns(verb: "grant" | "revoke", table: ActualRight, columns: string[], whom: string): Statement[] {
  if (columns.length === 0) return [];
  const list = [...new Set(columns)].map(identifier).join(", ");
  return [statement(`${verb} select (${list}) on ${qualified(table)} ${whom}`)];
}

function columnsOf(rights: ActualRight[]): string[] {
  return rights.flatMap(({ column }) => column ?? []);
}
