import { identifier, qualified } from "../../postgres/sql/statement";
import { displayTable } from "../../postgres/sql/table";
import type { ReadinessCheck } from "../check";
import type { TableFacts } from "../sql/tables";
import { type Facts, isTable, replicatesChanges } from "./facts";
import { type Finding, judge, judgeTables } from "./judge";

/** Of the tables that a missing publication would publish nobody knows anything; with changes, that is a check of its own. */
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
          `CREATE TABLE ${qualified(table)} (…), or leave it out; \`pulumi refresh\` forgets what was dropped since`,
      },
    ),
    judgeTables(
      "tableNames",
      tables.filter((table) => /\./.test(table.schema + table.name)),
      "ClickPipes can name all tables",
      { detail: "ClickPipes cannot name tables with a dot", fix: withoutDots },
    ),
    ...kindChecks(tables),
  ];
}

function noTable({ publication }: Facts): Finding {
  return {
    detail: "there is no table to replicate",
    fix: `add tables to the publication (ALTER PUBLICATION ${identifier(publication)} ADD TABLE …)`,
  };
}

function noScope({ publication }: Facts): Finding {
  return {
    detail: `no tables are given, and publication "${publication}", whose tables would be taken, does not exist`,
    fix: "give `tables`",
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
      "all are ordinary or partitioned tables",
      {
        detail: "not an ordinary, logged table",
        fix: (table) =>
          isTable(table)
            ? `ALTER TABLE ${qualified(table)} SET LOGGED`
            : `leave ${displayTable(table)} out, and replicate the tables behind it`,
      },
    ),
    judgeTables(
      "partitions",
      tables.filter(({ partition, publishedParent }) => partition && publishedParent),
      "no partition stands for its parent",
      {
        detail: "changes of these partitions come under the name of their parent",
        fix: ({ publishedParent, ...table }) =>
          publishedParent ? `map ${displayTable(publishedParent)} instead of ${displayTable(table)}` : "",
      },
    ),
  ];
}
