import { explainHazard, type UnsafeTable } from "./publicationSafety";
import type { ReadinessCheck } from "./readiness";
import { judge, judgeTables } from "./readinessJudgement";
import type { Facts } from "./readinessReport";
import type { TableFacts } from "./readinessTableRead";
import { isTable, lacksIdentity, list, primaryKey, publishGenerated } from "./readinessTables";
import { identifier, qualified } from "./statement";
import { displayTable } from "./table";

export function publicationChecks(facts: Facts): ReadinessCheck[] {
  const { publication, pub, tables } = facts;
  const name = identifier(publication);
  const there = tables.filter((table) => isTable(table) && table.persistent);
  if (!pub.exists) {
    const detail = `publication "${publication}" does not exist`;
    return [{ check: "publication", status: "blocked", detail, fix: createPublication(name, there) }];
  }
  return [
    judge("publication", true, `publication "${publication}" exists`, { detail: "", fix: "" }),
    judgeTables(
      "published",
      there.filter(({ published, publishedParent }) => !published && !publishedParent),
      "all tables are published",
      { detail: "not in the publication", fix: (table) => publish(name, table) },
    ),
    judge("operations", pub.missingOperations.length === 0, "INSERT, UPDATE and DELETE are published", {
      status: "warning",
      detail: `not published: ${pub.missingOperations.join(", ")}`,
      fix: `ALTER PUBLICATION ${name} SET (publish = 'insert, update, delete, truncate')`,
    }),
    judge(
      "viaRoot",
      pub.viaRoot || !there.some(({ kind }) => kind === "p"),
      "partitioned tables are published as themselves",
      { detail: "changes of partitioned tables come under the names of their partitions", fix: viaRoot(name) },
    ),
    judgeTables(
      "columns",
      there.filter(({ unpublishedColumns }) => unpublishedColumns.length > 0),
      "all columns of the pipe are published",
      {
        detail: "columns are neither published nor excluded, and so NULL after each change",
        fix: (table) => again(name, table, { columns: publishable(table), filter: table.filter }),
      },
    ),
    judgeTables(
      "filters",
      there.filter(({ filter }) => filter !== null),
      "no row filter",
      {
        status: "warning",
        detail: "a row filter keeps changes from ClickHouse",
        fix: (table) => again(name, table, { columns: table.listed, filter: null }),
      },
    ),
    ...writeChecks(facts),
  ];
}

function createPublication(name: string, tables: TableFacts[]): string {
  const members =
    tables.length === 0 ? "…" : tables.map((table) => qualified(table) + list(publishable(table))).join(", ");
  return `CREATE PUBLICATION ${name} FOR TABLE ${members} WITH (publish_via_partition_root = true)`;
}

/** Generated columns cannot be listed before Postgres 18. */
function publishable({ columns, generated }: TableFacts): string[] | null {
  return columns === null ? null : columns.filter((column) => !generated.includes(column));
}

function publish(name: string, table: TableFacts): string {
  const add = `ALTER PUBLICATION ${name} ADD TABLE ${qualified(table)}${list(publishable(table))}`;
  if (table.kind !== "p") return add;
  return table.member ? viaRoot(name) : `${viaRoot(name)}; ${add}`;
}

function viaRoot(name: string): string {
  return `ALTER PUBLICATION ${name} SET (publish_via_partition_root = true)`;
}

/** Sent as one string, both are one transaction, and no change is lost between them. */
function again(name: string, table: TableFacts, content: { columns: string[] | null; filter: string | null }): string {
  const where = content.filter === null ? "" : ` WHERE ${content.filter}`;
  return (
    `ALTER PUBLICATION ${name} DROP TABLE ${qualified(table)}; ` +
    `ALTER PUBLICATION ${name} ADD TABLE ${qualified(table)}${list(content.columns)}${where}`
  );
}

/** Tables of the application that the publication harms, be they the pipe's or not. */
function writeChecks({ publication, tables, unsafe }: Facts): ReadinessCheck[] {
  const known = new Map(tables.map((table) => [displayTable(table), table]));
  const named = new Set(tables.filter((table) => isTable(table) && lacksIdentity(table)).map(displayTable));
  const others = unsafe.filter((table) => !named.has(displayTable(table)));
  return [
    judgeTables(
      "applicationWrites",
      others.filter(({ hazard }) => hazard !== "partitionsToCome"),
      "no published table loses its UPDATEs or DELETEs",
      {
        detail: "UPDATE or DELETE fails in the application",
        fix: (table) => hazardFix(publication, table, known.get(displayTable(table))),
      },
    ),
    judgeTables(
      "futurePartitions",
      others.filter(({ hazard }) => hazard === "partitionsToCome"),
      "partitions to come will identify their rows",
      {
        status: "warning",
        detail: "UPDATE or DELETE will fail in partitions to come, which inherit no replica identity but a primary key",
        fix: (table) => primaryKey(table, known.get(displayTable(table))?.otherColumns),
      },
    ),
  ];
}

function hazardFix(publication: string, table: UnsafeTable, facts: TableFacts | undefined): string {
  const name = identifier(publication);
  const alter = `ALTER TABLE ${qualified(table)} REPLICA IDENTITY`;
  switch (table.hazard) {
    case "noIdentity":
    case "deferrableKey":
    case "filterBeyondKey":
      return `${alter} FULL`;
    case "generatedUnderFull":
    case "generatedInKey":
      return publishGenerated(publication);
    case "listUnderFull":
      if (facts?.hasKey) return `${alter} DEFAULT`;
      break;
    case "listWithoutKey":
      if (facts?.listed)
        return again(name, facts, { columns: [...facts.listed, ...(table.columns ?? [])], filter: facts.filter });
  }
  return explainHazard(table).fix;
}
