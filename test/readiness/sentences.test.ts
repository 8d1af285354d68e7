import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { resolveSettings } from "../../provider/lifecycle/settings";
import { Connections } from "../../provider/postgres/connections";
import { Connector } from "../../provider/postgres/connector";
import { type Facts, isTable, type ReplicationMode } from "../../provider/readiness/checks/facts";
import { readinessReport } from "../../provider/readiness/checks/report";
import { gatherFacts } from "../../provider/readiness/gather";
import { toMapped } from "../../provider/readiness/question";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";
import { FAULTS } from "../support/readiness/faults";
import { newReadinessSource, type ReadinessSource } from "../support/readiness/source";

/** What makes each kind of `ok` sentence true, judged anew from the facts. The first that matches decides. */
const TRUE_IF: readonly (readonly [RegExp, (facts: Facts) => boolean])[] = [
  [/^every table exists$/, ({ tables }) => tables.every(({ exists }) => exists)],
  [/every table\b.*(replica identity|logged|published)/, ({ tables }) => tables.every(isTable)],
  [/every table\b/, ({ tables }) => tables.every(({ exists }) => exists)],
  [/every other (published )?table\b/, () => true],
  [
    /UPDATE and DELETE work on every published table/,
    ({ unsafe }) => unsafe.every(({ hazard }) => hazard === "partitionsToCome"),
  ],
  [/^no table has|^no key contains/, ({ tables }) => tables.every(isTable)],
  [/^no other (table|key)/, () => true],
  [/can log in with its password/, ({ login, session }) => login === undefined && session !== undefined],
  [/IDENTIFY_SYSTEM/, ({ replication, server }) => replication === undefined && server.roleExists],
  [/^the running pipe holds the connections/, ({ slots }) => slots.some(({ active }) => active)],
  [/^a walsender is free/, ({ server }) => server.walSenders < server.maxWalSenders],
  [/^a replication slot is free/, ({ server }) => server.slots < server.maxSlots],
  [/^the pipe has its (slot|walsender)/, ({ slots }) => slots.some(({ plugin }) => plugin === "pgoutput")],
  [/^no (open|prepared) transaction delays/, ({ openTransactions }) => openTransactions.length === 0],
  [/^no slot of this database has lost/, ({ slots }) => slots.every(({ lost, here }) => !(lost && here))],
  [/^no slot of this database is left/, ({ slots }) => slots.every(({ name }) => !name.startsWith("peerflow_"))],
  [/^the (pipe|publication) has tables/, ({ tables }) => tables.length > 0],
  [/^no name contains a dot/, ({ tables }) => tables.every(({ schema, name }) => !`${schema}${name}`.includes("."))],
  [/^row-level security hides no rows/, ({ tables }) => tables.every(({ rowSecurity }) => !rowSecurity)],
  [/^publication ".*" exists/, ({ pub }) => pub.exists],
  [/^INSERT, UPDATE and DELETE are published/, ({ pub }) => pub.exists && pub.missingOperations.length === 0],
  [
    /^partitioned tables are published under/,
    ({ pub, tables }) => pub.viaRoot || tables.every(({ kind }) => kind !== "p"),
  ],
  [/has CONNECT on the database/, ({ server }) => server.mayConnect],
  [/is permitted to log in/, ({ server }) => server.canLogin],
  [/has REPLICATION/, ({ server }) => server.replication],
  [/^sessions of|can read the catalogs|^no server timeout/, ({ session }) => session !== undefined],
  [
    /^no partition is listed instead|inheritance|^future partitions|fits replication mode|^the connection limit/,
    () => true,
  ],
  [/^Postgres \d+$|^the server is read-write|^wal_level = logical/, () => true],
];

describe("no `ok` sentence of the report says more than was looked at, next to", () => {
  let server: PostgresServer;
  let source: ReadinessSource;
  let connections: Connections;

  beforeAll(async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    server = await startPostgres({ version: 18, settings: { wal_level: "logical", max_replication_slots: "4" } });
  });
  afterAll(() => server?.stop());

  test.each(FAULTS.filter(({ to }) => to === undefined))("$what", async ({ sql, args }) => {
    source = await newReadinessSource(server);
    if (sql) await source.run(sql);
    const { postgres } = resolveSettings(
      (name) => (name === "connectionUri" ? source.uri : undefined),
      () => undefined,
    );
    if ("problem" in postgres) throw new Error(postgres.problem);
    connections = new Connections(postgres, new Connector());
    const mode: ReplicationMode = "cdc";
    const given = { replicationMode: mode, ...source.args, ...args } as Record<string, unknown>;
    const tables = (given.tables as (string | { schema: string; name: string })[] | undefined)?.map(toMapped);
    const { facts } = await gatherFacts(connections, { ...given, tables } as never);
    await connections.close();
    await source.stop();
    for (const { check, status, detail } of readinessReport(facts)) {
      if (status !== "ok") continue;
      const [, isTrue] = TRUE_IF.find(([pattern]) => pattern.test(detail)) ?? [];
      expect(isTrue, `no one has said when this is true: ${check}: ${detail}`).toBeDefined();
      expect(isTrue?.(facts), `${check}: ${detail}`).toBe(true);
    }
  });
});
