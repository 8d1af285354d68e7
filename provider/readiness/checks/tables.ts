import { identifier, qualified } from "../../postgres/sql/statement";
import { displayTable } from "../../postgres/sql/table";
import type { ReadinessCheck } from "../check";
import type { TableFacts } from "../sql/tables";
import { type Facts, isTable, replicatesChanges } from "./facts";
import { type Finding, judge, judgeTables } from "./judge";

/** If the publication is missing and no tables are listed, the tables are unknown. With changes, `publication` reports that. */
export function areTablesJudged(facts: Facts): boolean {
  return !isScopeUnknown(facts) || !replicatesChanges(facts);
}

function isScopeUnknown({ tables, mapped, pub }: Facts): boolean {
  return tables.length === 0 && !mapped && !pub.exists;
}

export function tableChecks(facts: Facts): ReadinessCheck[] {
  const { tables } = facts;
  const nothing = isScopeUnknown(facts) ? noScope(facts) : noTable(facts);
  return [
    judge("tables", tables.length > 0, "there are tables to replicate", nothing),
    judgeTables(
      "tablesExist",
      tables.filter(({ exists }) => !exists),
      "all tables exist",
      {
        detail: "no such table",
        fix: (table) =>
          `create ${displayTable(table)}, or leave it out; if it was dropped, run \`pulumi refresh\` to forget it`,
      },
    ),
    judgeTables(
      "tableNames",
      tables.filter((table) => /\./.test(table.schema + table.name)),
      "no name contains a dot",
      { detail: "ClickPipes does not support a dot in the name of a table or schema", fix: withoutDots },
    ),
    ...kindChecks(tables),
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

function withoutDots({ schema, name }: TableFacts): string {
  const plain = (text: string) => identifier(text.replaceAll(".", "_"));
  const moved = schema.includes(".") ? [`ALTER SCHEMA ${identifier(schema)} RENAME TO ${plain(schema)}`] : [];
  const renamed = name.includes(".")
    ? [`ALTER TABLE ${plain(schema)}.${identifier(name)} RENAME TO ${plain(name)}`]
    : [];
  return [...moved, ...renamed].join("; ");
}

function kindChecks(tables: TableFacts[]): ReadinessCheck[] {
  return [
    judgeTables(
      "tableKinds",
      tables.filter((table) => table.exists && !(isTable(table) && table.persistent)),
      "all tables are ordinary or partitioned tables",
      {
        detail: "not an ordinary or partitioned table, or not logged",
        fix: (table) =>
          isTable(table)
            ? `ALTER TABLE ${qualified(table)} SET LOGGED`
            : `leave ${displayTable(table)} out, and replicate its underlying tables`,
      },
    ),
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
