import { identifier, qualified } from "../../postgres/sql/statement";
import { displayTable } from "../../postgres/sql/table";
import type { ReadinessCheck } from "../check";
import type { TableFacts } from "../sql/tables";
import { type Facts, isLoadToCome, isSource, replicatesChanges } from "./facts";
import { every, type Finding, judge, judgeTables } from "./judge";

/** If the publication is missing and no tables are listed, the tables are unknown. With changes, `publication` reports that. */
export function areTablesJudged(facts: Facts): boolean {
  return !isScopeUnknown(facts) || !replicatesChanges(facts);
}

function isScopeUnknown({ tables, mapped, pub }: Facts): boolean {
  return tables.length === 0 && !mapped && !pub.exists;
}

export function tableChecks(facts: Facts): ReadinessCheck[] {
  const { tables, relations, mapped } = facts;
  const dotted = [...tables, ...relations].filter(({ schema, name }) => `${schema}${name}`.includes("."));
  const nothing = isScopeUnknown(facts) ? noScope(facts) : noTable(facts);
  const lines = [
    judge("tables", tables.length > 0, mapped ? "the pipe has tables" : "the publication has tables", nothing),
  ];
  if (tables.length === 0) return lines;
  return [
    ...lines,
    judgeTables(
      "tablesExist",
      tables.filter(({ exists }) => !exists),
      "every table exists",
      {
        detail: "no such table",
        fix: (table) =>
          `create ${displayTable(table)}, or leave it out; if it was dropped, run \`pulumi refresh\` to forget it`,
      },
    ),
    judgeTables("tableNames", dotted, "no name contains a dot, of a table or of what the initial load reads below it", {
      ...(dotted.every((one) => "of" in one && !isLoadToCome(facts)) && { status: "warning" }),
      detail: "ClickPipes does not support a dot in the name of a table or schema",
      fix: withoutDots,
    }),
    ...kindChecks(facts),
  ];
}

function noTable({ publication }: Facts): Finding {
  return {
    detail: "there are no tables to replicate",
    fix: `add tables to the publication (ALTER PUBLICATION ${identifier(publication)} ADD TABLE …)`,
  };
}

function noScope({ publication }: Facts): Finding {
  return {
    detail: `\`tables\` is not set, and publication "${publication}", which would supply them, does not exist`,
    fix: "set `tables`",
  };
}

/** What names the table has to follow. A leaf or child has no name in the pipe. */
function withoutDots(table: TableFacts | Facts["relations"][number]): string {
  const { schema, name } = table;
  const plain = (text: string) => identifier(text.replaceAll(".", "_"));
  const moved = schema.includes(".") ? [`ALTER SCHEMA ${identifier(schema)} RENAME TO ${plain(schema)}`] : [];
  const renamed = name.includes(".")
    ? [`ALTER TABLE ${plain(schema)}.${identifier(name)} RENAME TO ${plain(name)}`]
    : [];
  const follows = "of" in table ? "" : ` /* then write the new name in \`tables\` */`;
  return [...moved, ...renamed].join("; ") + follows;
}

function kindChecks(facts: Facts): ReadinessCheck[] {
  const { tables, relations } = facts;
  const there = tables.filter(({ exists }) => exists);
  const changes = replicatesChanges(facts);
  const unfit = [
    ...there.filter((table) => !isSource(facts, table)),
    ...relations.filter(({ kind, persistent }) => kind !== "r" || (changes && !persistent)),
  ];
  const kinds = changes ? "an ordinary or partitioned table, and logged" : "a table or a materialized view";
  return [
    judgeTables("tableKinds", unfit, `${every("table", there, tables)} is ${kinds}, and so is what is below it`, {
      detail: `not ${changes ? "an ordinary or partitioned table, or not logged" : "a table or a materialized view"}`,
      fix: (table) =>
        table.kind === "r" || table.kind === "p"
          ? `ALTER TABLE ${qualified(table)} SET LOGGED`
          : `leave ${displayTable(table)} out, and replicate its underlying tables`,
    }),
    ...(changes ? partitionChecks(tables) : []),
  ];
}

function partitionChecks(tables: TableFacts[]): ReadinessCheck[] {
  return [
    judgeTables(
      "partitions",
      tables.filter(({ partition, publishedParent }) => partition && publishedParent),
      "no partition is listed instead of its parent",
      {
        detail: "changes to these partitions arrive under the name of their parent",
        fix: ({ publishedParent, ...table }) =>
          publishedParent ? `replicate ${displayTable(publishedParent)} instead of ${displayTable(table)}` : "",
      },
    ),
  ];
}
