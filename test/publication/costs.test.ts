import { beforeAll, describe, expect, test } from "vitest";
import type { Query } from "../../provider/postgres/sql/statement";
import { readPublishedTables } from "../../provider/publication/sql/members";
import { readMissingTables } from "../../provider/publication/sql/missing";
import { readActual, readExcludedColumns } from "../../provider/publication/sql/read";
import { readUnsafe } from "../../provider/publication/sql/safety";
import { survey } from "../../provider/publication/survey";
import { figure } from "../support/long";
import { useDatabase } from "../support/postgres/database";
import { aChange } from "../support/publication/plans";

interface Node {
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Join Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  Plans?: Node[];
}

/** Rows that a plan touched, those that it dropped included. */
function rowsOf(node: Node): number {
  const each =
    node["Actual Rows"] +
    (node["Rows Removed by Filter"] ?? 0) +
    (node["Rows Removed by Join Filter"] ?? 0) +
    (node["Rows Removed by Index Recheck"] ?? 0);
  return each * node["Actual Loops"] + (node.Plans ?? []).reduce((sum, plan) => sum + rowsOf(plan), 0);
}

const HALF = 2_000;

// Stored generated columns matter since 18, where they are published or not.
describe.each([14, 18] as const)("On Postgres %i", (version) => {
  const db = useDatabase(version, "superuser", { max_locks_per_transaction: "1024", autovacuum: "off" });
  const tables = (count: number) => Array.from({ length: count }, (_unused, index) => `app.t${index}`);

  beforeAll(async () => {
    await db.query("create schema app");
  });

  const addTables = (from: number, to: number) =>
    db.query(`do $$ begin for i in ${from}..${to - 1} loop
      execute format('create table app.t%s (id int primary key, n int, twice int generated always as (n * 2) stored)', i);
      if i % 2 = 0 then execute format('alter table app.t%s replica identity full', i); end if; end loop; end $$`);

  /** What each read of a preview, an update and a refresh costs, with a publication of this many tables. */
  async function costs(count: number): Promise<Record<string, { rows: number; buffers: number }>> {
    await db.query(`create publication p for table ${tables(count).join(", ")}`);
    const rows = await db.query<{ oid: number }>("select prrelid as oid from pg_publication_rel order by prrelid");
    const known = tables(count).map((name, index) => ({
      ...{ schema: "app", name: name.slice(4) },
      oid: Number(rows[index]?.oid),
    }));
    const reads: Query<unknown>[] = [];
    const collect = {
      version,
      ask: async (...queries: Query<unknown>[]) => {
        reads.push(...queries);
        throw new Error("only collected");
      },
    };
    const change = aChange({ tables: tables(count) });
    await survey(collect as never, change, { filters: {}, waits: false }).catch(() => {});
    reads.push(
      readUnsafe(version, null, "p"),
      readActual(version, { filters: {}, waits: false }, null, "p"),
      readPublishedTables(version, null, "p"),
      readExcludedColumns(version, null, "p"),
      readMissingTables(known, null, "p"),
    );
    const all: Record<string, { rows: number; buffers: number }> = {};
    for (const [index, { text, values }] of reads.entries()) {
      const [row] = await db.query<{ "QUERY PLAN": { Plan: Node }[] }>(
        `explain (analyze, buffers, timing off, format json) ${text}`,
        values as unknown[] | undefined,
      );
      const plan = row?.["QUERY PLAN"][0]?.Plan as Node;
      all[`${index} ${text.trim().slice(0, 60)}`] = {
        rows: rowsOf(plan),
        buffers: plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
      };
    }
    await db.query("drop publication p");
    return all;
  }

  test(`no read touches more than 2.3 times the rows or buffers for ${2 * HALF} tables than for ${HALF}`, {
    timeout: 240_000,
  }, async () => {
    await addTables(0, HALF);
    const few = await costs(HALF);
    await addTables(HALF, 2 * HALF);
    const many = await costs(2 * HALF);
    const grown = Object.entries(many).map(([read, { rows, buffers }]) => ({
      read,
      rows: rows / Math.max(few[read]?.rows ?? 0, 1000),
      buffers: buffers / Math.max(few[read]?.buffers ?? 0, 1000),
    }));
    figure(grown.map(({ read, rows, buffers }) => `${rows.toFixed(2)} ${buffers.toFixed(2)} ${read}`).join("\n"));
    expect(grown.filter(({ rows, buffers }) => rows > 2.3 || buffers > 2.3)).toEqual([]);
  });
});
