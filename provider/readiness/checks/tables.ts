import { identifier, qualified } from "../../postgres/sql/statement";
import { displayTable } from "../../postgres/sql/table";
import type { ReadinessCheck } from "../check";
import type { TableFacts } from "../sql/tables";
import { contentChecks, isTable, list } from "./content";
import type { Facts } from "./facts";
import { judge, judgeTables, type ReadinessLine } from "./judge";

export function tableChecks(facts: Facts): ReadinessLine[] {
  const { tables, mapped, pub, mode } = facts;
  // What a missing publication would publish, nobody knows: with changes, that is a check of its own.
  const unknown = tables.length === 0 && !mapped && !pub.exists;
  if (unknown && mode !== "snapshot") return [];
  return [
    judge("tables", tables.length > 0, "there are tables to replicate", unknown ? noScope(facts) : noTable(facts)),
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
    ...(facts.server.roleExists ? rightChecks(facts) : []),
    ...contentChecks(facts),
  ];
}

function noTable({ publication }: Facts) {
  return {
    detail: "there is no table to replicate",
    fix: `add tables to the publication (ALTER PUBLICATION ${identifier(publication)} ADD TABLE …)`,
  };
}

function noScope({ publication }: Facts) {
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

function rightChecks({ role, tables }: Facts): ReadinessCheck[] {
  const name = identifier(role);
  const there = tables.filter(({ exists }) => exists);
  return [
    judgeTables(
      "usage",
      there.filter(({ usage }) => !usage),
      `role "${role}" has USAGE on all schemas`,
      {
        detail: `role "${role}" has no USAGE on the schema of`,
        fix: ({ schema }) => `GRANT USAGE ON SCHEMA ${identifier(schema)} TO ${name}`,
      },
    ),
    judgeTables(
      "select",
      there.filter(({ selectable }) => !selectable),
      `role "${role}" may read all tables`,
      {
        detail: `role "${role}" may not read all columns of`,
        fix: (table) => `GRANT SELECT${list(table.columns)} ON ${qualified(table)} TO ${name}`,
      },
    ),
  ];
}
