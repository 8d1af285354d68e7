import { identifier, qualified } from "../../postgres/sql/statement";
import { isReadAsWritten } from "../../publication/sql/name";
import type { TableFacts } from "../sql/tables";
import { type Facts, isTable } from "./facts";
import { columnList, displayColumns, publishViaRoot, republish } from "./fixes";
import { every, judge, judgeTables, type ReadinessLine } from "./judge";
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
      detail: publication.includes("\\")
        ? `the replication protocol refuses the name of publication "${publication}", since it has a backslash`
        : `pgoutput would look up publication "${publication}" under another name: it folds upper case and splits at spaces, commas and quotes`,
      fix: rename(publication),
    }),
    judgeTables(
      "published",
      there.filter((table) => !isPublished(facts, table)),
      `${every("table", there, tables)} is published`,
      { detail: "not in the publication", fix: (table) => publish(facts, table) },
    ),
    judge("operations", pub.missingOperations.length === 0, "INSERT, UPDATE and DELETE are published", {
      status: "warning",
      detail: `not published: ${pub.missingOperations.join(", ")}`,
      fix: `ALTER PUBLICATION ${name} SET (publish = 'insert, update, delete, truncate')`,
    }),
    viaRootCheck(facts, there),
    columnsCheck(facts, there),
    judgeTables(
      "filters",
      there.filter(({ filtered }) => filtered),
      `${there.length < tables.length ? "no other table has" : "no table has"} a row filter`,
      {
        status: "warning",
        detail: "a row filter keeps changes from reaching ClickHouse",
        fix: (table) => republish(publication, table, { listed: table.listed, filter: null }),
      },
    ),
  ];
}

/** ClickPipes asks no publication of all tables what it contains. */
function isPublished({ pub }: Facts, { published, publishedParent, kind }: TableFacts): boolean {
  return published || publishedParent !== null || (pub.allTables && kind === "p");
}

/** ClickPipes knows a partition by its parent, one level up. A publication that lists a partitioned table is refused without it. */
function viaRootCheck({ publication, pub, relations }: Facts, there: TableFacts[]): ReadinessLine {
  const roots = there.filter(({ kind }) => kind === "p");
  const isDeep = relations.some(({ how, distance }) => how === "leaf" && distance > 1);
  const isMapped = pub.allTables && !isDeep;
  return judge("viaRoot", pub.viaRoot || roots.length === 0, "partitioned tables are published under their own names", {
    ...(isMapped && { status: "warning" }),
    detail: isMapped
      ? "changes to partitioned tables arrive under the names of their partitions, which ClickPipes follows one level up"
      : "changes to partitioned tables arrive under the names of their partitions",
    fix: publishViaRoot(publication),
  });
}

function rename(publication: string): string {
  const plain = publication.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[\s,"\\]+/g, "_");
  return `ALTER PUBLICATION ${identifier(publication)} RENAME TO ${identifier(plain)} /* then set the name of the publication to ${plain} */`;
}

function columnsCheck({ publication, tables }: Facts, there: TableFacts[]): ReadinessLine {
  const lacking = there.filter(({ unpublishedColumns }) => unpublishedColumns.length > 0);
  const line = judgeTables(
    "columns",
    lacking,
    `every column of ${every("table", there, tables)} in the pipe is published`,
    {
      detail: "columns that are neither published nor excluded become NULL with every change",
      display: (table) => displayColumns(table, table.unpublishedColumns),
      fix: (table) => republish(publication, table, { listed: publishable(table) }),
    },
  );
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
