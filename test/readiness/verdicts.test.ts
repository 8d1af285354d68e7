import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { identifier } from "../../provider/postgres/sql/statement";
import type { ReadinessCheck } from "../../provider/readiness/check";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";
import { sample } from "../support/sample";

/** A source as SQL, what ClickPipes' own validation said of it, and what its pipe then did (PeerDB, 2026-08-21). */
interface Verdict {
  name: string;
  postgres: number;
  sql: string[];
  role: string;
  password: string;
  loginPassword?: string;
  roleSql: string[];
  publication: string;
  pubSql: string[];
  tables: object[];
  mode: "cdc" | "snapshot" | "cdc_only";
  slot?: string;
  /** Another session is in the middle of something: a transaction that has written, or an exclusive lock. */
  holds?: boolean;
  clickPipes: "accept" | "reject";
  pipe: "works" | "broken" | "reject" | "accept";
}

/** Where our answer is stricter on purpose, and why. The docs of SourceReadiness list them. */
const STRICTER: Readonly<Record<string, string>> = {
  "shape:rlsPolicyTautology": "a policy that shows all rows only by the meaning of its expression",
};

/** Where ClickPipes refuses what goes away by itself, so that a warning is enough. */
const PASSING: Readonly<Record<string, string>> = {
  "slot:openTransaction": "a new slot waits for the end of the transaction",
};

const ALL = JSON.parse(readFileSync(join(__dirname, "clickpipesVerdicts.json"), "utf8")) as Verdict[];
/** A third, another one in each run. */
const VERDICTS = sample(ALL, Math.ceil(ALL.length / 3));

const VERSIONS = ([14, 17, 18] as const).filter((version) => VERDICTS.some(({ postgres }) => postgres === version));

describe.each(VERSIONS)("the report and ClickPipes' own verdict on Postgres %i", (version) => {
  let server: PostgresServer;

  beforeAll(async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    server = await startPostgres({ version, settings: { wal_level: "logical" } });
  });
  afterAll(() => server?.stop());

  test.each(VERDICTS.filter(({ postgres }) => postgres === version))("agree on $name", async (verdict) => {
    const report = await reportOn(server, verdict);
    const wrong = report.filter(({ status }) => status !== "ok");
    const lines = wrong.map(({ check, status, detail }) => `${check} ${status}: ${detail}`).join("\n");
    const blocked = wrong.some(({ status }) => status === "blocked");
    if (verdict.clickPipes === "reject" && !(verdict.name in PASSING)) expect(blocked, lines).toBe(true);
    else if (verdict.pipe === "works" || verdict.pipe === "accept")
      expect(blocked, lines).toBe(verdict.name in STRICTER);
    else expect(wrong.length, "it broke, and nothing was said").toBeGreaterThan(0);
  });
});

async function reportOn(server: PostgresServer, verdict: Verdict): Promise<ReadinessCheck[]> {
  const database = fresh("source");
  await onServer(server, undefined, [`create database ${database}`]);
  const holder = new Client(server.uri({ database }));
  try {
    const statements = [...verdict.sql, ...verdict.roleSql, ...verdict.pubSql];
    await onServer(
      server,
      database,
      statements.map((text) => text.replaceAll(":db", identifier(database))),
    );
    await holder.connect();
    if (verdict.holds) await hold(holder, verdict);
    const readiness = new Managed("SourceReadiness", "readiness", {
      "clickpipes:connectionUri": server.uri({ database }),
    });
    const { role, password, loginPassword, publication, tables, mode, slot } = verdict;
    const { outputs } = await readiness.up({
      ...{ role, password: loginPassword ?? password, publication, tables, replicationMode: mode },
      ...{ replicationSlotName: slot, onFailure: "warn" },
    });
    return outputs.report as ReadinessCheck[];
  } finally {
    await holder.end();
    await clear(server, database, verdict);
  }
}

async function hold(holder: Client, { name, tables }: Verdict): Promise<void> {
  const [{ schema, name: table }] = tables as [{ schema: string; name: string }];
  const on = `${identifier(schema)}.${identifier(table)}`;
  await holder.query("begin");
  await holder.query(
    name.includes("Lock") ? `lock table ${on} in access exclusive mode` : `insert into ${on} values (7)`,
  );
  if (!name.includes("Lock")) await new Promise((resolve) => setTimeout(resolve, 1100));
}

async function clear(server: PostgresServer, database: string, { role }: Verdict): Promise<void> {
  await onServer(server, database, ["select pg_drop_replication_slot(slot_name) from pg_replication_slots"]);
  await onServer(server, undefined, [`drop database ${database} with (force)`]);
  for (const name of [role, "u_s_o", "u_s_g"])
    await onServer(server, undefined, [`drop role if exists ${identifier(name)}`]);
}

async function onServer(server: PostgresServer, database: string | undefined, statements: string[]): Promise<void> {
  const client = new Client(server.uri(database === undefined ? {} : { database }));
  await client.connect();
  try {
    for (const text of statements) await client.query(text);
  } finally {
    await client.end();
  }
}
