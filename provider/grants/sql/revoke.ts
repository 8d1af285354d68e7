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
  const staying = groupBy(
    actual.filter((right) => right.column !== null && !going.has(right)),
    tableAndGrantor,
  );
  const kept = new Map(staying.map((group) => [tableAndGrantor(group[0]), columnsOf(group)]));
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
      ...onColumns("grant", group, (table) => kept.get(tableAndGrantor(table)) ?? [], `to ${from}`),
    ]),
    ...byActor(of("column"), (group) => {
      const tables = groupBy(group, qualified);
      const columns = new Map(tables.map((same) => [qualified(same[0]), columnsOf(same)]));
      const first = tables.map(([table]) => table);
      return onColumns("revoke", first, (table) => columns.get(qualified(table)) ?? [], `from ${from}`);
    }),
    ...byActor(of("schema"), (group) => [
      statement(`revoke usage on schema ${group.map(({ schema }) => identifier(schema)).join(", ")} from ${from}`),
    ]),
    ...byActor(of("connect"), () => [statement(`revoke connect on database ${identifier(database)} from ${from}`)]),
  ];
}

/** Tables with the same columns share a statement. */
function onColumns(
  verb: "grant" | "revoke",
  tables: ActualRight[],
  columnsOn: (table: ActualRight) => string[],
  whom: string,
): Statement[] {
  const listed = tables.map((table) => ({ table, list: columnsOn(table).map(identifier).join(", ") }));
  return groupBy(
    listed.filter(({ list }) => list !== ""),
    ({ list }) => list,
  ).map((same) => {
    const on = same.map(({ table }) => qualified(table)).join(", ");
    return statement(`${verb} select (${same[0].list}) on ${on} ${whom}`);
  });
}

function tableAndGrantor(right: ActualRight): string {
  return JSON.stringify([right.schema, right.name, right.grantor]);
}

function columnsOf(rights: ActualRight[]): string[] {
  return [...new Set(rights.flatMap(({ column }) => column ?? []))];
}
