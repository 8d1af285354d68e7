import type { ReadinessCheck } from "./readiness";
import { judge, judgeTables } from "./readinessJudgement";
import type { Facts } from "./readinessReport";
import type { TableFacts } from "./readinessTableRead";
import { identifier, qualified } from "./statement";
import { displayTable, type TableName } from "./table";

export function tableChecks(facts: Facts): ReadinessCheck[] {
  const { tables, mapped, pub } = facts;
  // What a missing publication would publish, nobody knows.
  const unknown = tables.length === 0 && !mapped && !pub.exists;
  if (unknown) return [];
  return [
    judge("tables", tables.length > 0, "there are tables to replicate", {
      detail: "there is no table to replicate",
      fix: `add tables to the publication (ALTER PUBLICATION ${identifier(facts.publication)} ADD TABLE …)`,
    }),
    judgeTables(
      "tablesExist",
      tables.filter(({ exists }) => !exists),
      "all tables exist",
      { detail: "no such table", fix: (table) => `CREATE TABLE ${qualified(table)} (…), or leave it out` },
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

function withoutDots({ schema, name }: TableFacts): string {
  const plain = (text: string) => identifier(text.replaceAll(".", "_"));
  const moved = schema.includes(".") ? [`ALTER SCHEMA ${identifier(schema)} RENAME TO ${plain(schema)}`] : [];
  const renamed = name.includes(".")
    ? [`ALTER TABLE ${plain(schema)}.${identifier(name)} RENAME TO ${plain(name)}`]
    : [];
  return [...moved, ...renamed].join("; ");
}

/** Ordinary and partitioned tables: only these have a replica identity and can be published. */
export function isTable({ exists, kind }: TableFacts): boolean {
  return exists && (kind === "r" || kind === "p");
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

/** ` ("a", "b")`, or nothing for all columns. */
export function list(columns: string[] | null): string {
  return columns === null ? "" : ` (${columns.map(identifier).join(", ")})`;
}

function contentChecks({ role, tables, server, publication }: Facts): ReadinessCheck[] {
  const there = tables.filter(isTable);
  const published = server.versionNumber >= 180000;
  return [
    judgeTables("identity", there.filter(lacksIdentity), "every table identifies its rows", {
      detail: "neither a usable primary key nor another replica identity",
      fix: identityFix,
    }),
    judgeTables(
      "rowSecurity",
      there.filter(({ rowSecurity }) => rowSecurity && !server.bypassRls),
      "row-level security hides nothing",
      {
        detail: `row-level security may hide rows from "${role}", and the first load would miss them silently`,
        fix: (table) =>
          `CREATE POLICY ${identifier(`${role} reads all`)} ON ${qualified(table)} FOR SELECT TO ${identifier(role)} USING (true)`,
      },
    ),
    judgeTables(
      "generatedKey",
      there.filter(({ generatedInKey }) => generatedInKey),
      "no key holds a generated column",
      {
        detail: "a generated column in the key comes as NULL with each change",
        fix: (table) => (published ? publishGenerated(publication) : otherKey(table)),
      },
    ),
    judgeTables(
      "generatedColumns",
      there.filter(({ generated, generatedInKey }) => generated.length > 0 && !generatedInKey),
      "no generated columns",
      {
        status: "warning",
        detail: "generated columns are in the first load, and NULL in later changes",
        fix: (table) => `list ${table.generated.join(", ")} in \`excludedColumns\` of ${displayTable(table)}`,
      },
    ),
  ];
}

export function publishGenerated(publication: string): string {
  return `ALTER PUBLICATION ${identifier(publication)} SET (publish_generated_columns = stored)`;
}

function otherKey(table: TableFacts): string {
  const alter = `ALTER TABLE ${qualified(table)} REPLICA IDENTITY USING INDEX`;
  if (table.otherIndex !== null) return `${alter} ${identifier(table.otherIndex)}`;
  return `make a unique index over other columns, all NOT NULL, then ${alter} …`;
}

export function lacksIdentity({ identity, hasKey, hasIdentityIndex }: TableFacts): boolean {
  return identity === "n" || (identity === "d" && !hasKey) || (identity === "i" && !hasIdentityIndex);
}

/** The least that mends it: FULL writes whole rows to the WAL. */
function identityFix(table: TableFacts): string {
  const alter = `ALTER TABLE ${qualified(table)}`;
  if (table.hasKey) return `${alter} REPLICA IDENTITY DEFAULT`;
  // A partition inherits a primary key, and no other identity.
  if (table.kind === "p") return primaryKey(table, table.otherColumns);
  if (table.otherIndex !== null) return `${alter} REPLICA IDENTITY USING INDEX ${identifier(table.otherIndex)}`;
  return `${alter} REPLICA IDENTITY FULL`;
}

export function primaryKey(table: TableName, columns: string[] | null | undefined): string {
  return `ALTER TABLE ${qualified(table)} ADD PRIMARY KEY${columns ? list(columns) : " (…)"}`;
}
