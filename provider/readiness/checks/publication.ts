import { identifier, qualified } from "../../postgres/sql/statement";
import { isReadAsWritten } from "../../publication/sql/name";
import type { TableFacts } from "../sql/tables";
import { type Facts, isTable } from "./facts";
import { columnList, displayColumns, publishViaRoot, republish } from "./fixes";
import { judge, judgeTables, type ReadinessLine } from "./judge";
import { unreadFilters, withUnread } from "./unread";

export function publicationChecks(facts: Facts): ReadinessLine[] {
  const { publication, pub, tables } = facts;
  const name = identifier(publication);
  const there = tables.filter((table) => isTable(table) && table.persistent);
  if (!pub.exists) {
    const detail = `publication "${publication}" does not exist`;
    return [{ check: "publication", status: "blocked", detail, fix: createPublication(name, there) }];
  }
  return [
    judge("publication", isReadAsWritten(publication), `publication "${publication}" exists`, {
      detail: `pgoutput would look up publication "${publication}" under another name: it folds upper case and splits at spaces, commas and quotes`,
      fix: `ALTER PUBLICATION ${name} RENAME TO ${identifier(publication.toLowerCase().replace(/[\s,"]+/g, "_"))}`,
    }),
    judgeTables(
      "published",
      there.filter(({ published, publishedParent }) => !published && !publishedParent),
      "all tables are published",
      { detail: "not in the publication", fix: (table) => publish(facts, table) },
    ),
    judge("operations", pub.missingOperations.length === 0, "INSERT, UPDATE and DELETE are published", {
      status: "warning",
      detail: `not published: ${pub.missingOperations.join(", ")}`,
      fix: `ALTER PUBLICATION ${name} SET (publish = 'insert, update, delete, truncate')`,
    }),
    judge(
      "viaRoot",
      pub.viaRoot || !there.some(({ kind }) => kind === "p"),
      "partitioned tables are published under their own names",
      {
        detail: "changes to partitioned tables arrive under the names of their partitions",
        fix: publishViaRoot(publication),
      },
    ),
    columnsCheck(facts, there),
    judgeTables(
      "filters",
      there.filter(({ filtered }) => filtered),
      "no table has a row filter",
      {
        status: "warning",
        detail: "a row filter keeps changes from reaching ClickHouse",
        fix: (table) => republish(publication, table, { listed: table.listed, filter: null }),
      },
    ),
  ];
}

function columnsCheck({ publication }: Facts, there: TableFacts[]): ReadinessLine {
  const lacking = there.filter(({ unpublishedColumns }) => unpublishedColumns.length > 0);
  const line = judgeTables("columns", lacking, "every column in the pipe is published", {
    detail: "columns that are neither published nor excluded become NULL with every change",
    display: (table) => displayColumns(table, table.unpublishedColumns),
    fix: (table) => republish(publication, table, { listed: publishable(table) }),
  });
  return withUnread(line, unreadFilters(lacking));
}

function createPublication(name: string, tables: TableFacts[]): string {
  const members =
    tables.length === 0 ? "…" : tables.map((table) => qualified(table) + columnList(publishable(table))).join(", ");
  return `CREATE PUBLICATION ${name} FOR TABLE ${members} WITH (publish_via_partition_root = true)`;
}

/** A column list cannot contain generated columns before Postgres 18. */
function publishable({ columns, generated }: TableFacts): string[] | null {
  return columns === null ? null : columns.filter((column) => !generated.includes(column));
}

function publish({ publication, pub }: Facts, table: TableFacts): string {
  const list = pub.ofSchemas ? "" : columnList(publishable(table));
  const add = `ALTER PUBLICATION ${identifier(publication)} ADD TABLE ${qualified(table)}${list}`;
  if (table.kind !== "p") return add;
  return table.member ? publishViaRoot(publication) : `${publishViaRoot(publication)}; ${add}`;
}
