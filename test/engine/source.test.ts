import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareSnapshots, takeSnapshot } from "../../scripts/demo/snapshot";
import { createNeonStack } from "../support/engine/neonStack";
import type { Stack } from "../support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { runAt } from "../support/postgres/session";

const PROGRAM = `
import * as clickpipes from "pulumi-neon-clickpipes";
const source = new clickpipes.Provider("app");
const orders = new clickpipes.ClickPipesSource("orders", {
  project: process.env.PROJECT, tables: ["public.orders", "shop.items"], allowRestart: true,
  clickPipesRegion: { cloud: "aws", region: "us-east-1" },
}, { provider: source });
export const { connection, postgresSource } = orders;
export const levels = [orders.logicalReplication?.walLevel, orders.logicalReplication?.maxWalSenders, orders.logicalReplication?.maxReplicationSlots];
`;

const PARTS = ["ip-allowlist", "logical-replication", "user", "grants", "publication", "readiness"];

/** In which order the engine says to have done it to the parts. */
function order(output: string, what: string): (string | undefined)[] {
  return [...output.matchAll(new RegExp(`orders-([\\w-]+) ${what} \\(`, "g"))].map(([, part]) => part);
}

/** One life of a stack, step by step: each test goes on where the one before it ended. */
describe("the whole source, on a local Neon whose logical replication is off", () => {
  let neon: LocalNeon;
  let stack: Stack;
  let before: string[];
  let everything = "";

  const asOwner = (...statements: string[]) => runAt(neon.connectionUri, ...statements);
  const kept = <T extends { output: string }>(run: T): T => {
    everything += run.output;
    return run;
  };

  beforeAll(async () => {
    neon = await startLocalNeon({ allowedIps: ["127.0.0.1", "203.0.113.0/24"] });
    await asOwner(
      "create table public.orders (id int primary key, note text)",
      "create schema shop",
      "create table shop.items (id int primary key)",
    );
    before = await takeSnapshot(neon.superuserUri, neon);
    stack = await createNeonStack(neon, { program: PROGRAM });
  });
  afterAll(async () => {
    await stack?.remove();
    await neon?.stop();
  });

  test("a first preview changes nothing, and knows every value except those that the server decides", async () => {
    const { changes, output } = kept(await stack.preview());
    expect(changes).toEqual({ create: 9 });
    expect(output).toMatch(/password: \[unknown\]/);
    expect(output.match(/\[unknown\]/g)).toHaveLength(5); // the password twice, and the three levels
    expect(compareSnapshots(before, await takeSnapshot(neon.superuserUri, neon))).toEqual([]);
    expect(neon.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  test("one up creates the source, whose outputs are enough to read from it", async () => {
    const up = kept(await stack.up({ skipPreview: true }));
    expect(up.changes).toEqual({ create: 9 });
    expect(order(up.output, "created")).toEqual(PARTS);
    const { connection, levels } = (await stack.outputs(true)) as Outputs;
    expect(levels).toEqual(["logical", 10, 10]);
    expect(connection).toMatchObject({ host: neon.host, port: neon.port, database: "neondb", user: "clickpipes_user" });
    const uri = neon.uri({ user: connection.user, password: connection.password });
    expect(await runAt(uri, "select count(*)::int as orders from public.orders")).toEqual([{ orders: 0 }]);
    await expect(runAt(uri, "insert into public.orders values (1)")).rejects.toThrow("permission denied");
  });

  test("a second up and a second preview change nothing and connect to nothing", async () => {
    neon.wire.reset();
    const requests = neon.requests.length;
    expect(kept(await stack.up({ skipPreview: true })).changes).toEqual({ same: 9 });
    expect(kept(await stack.preview()).changes).toEqual({ same: 9 });
    expect(neon.wire.total.connections).toBe(0);
    expect(neon.requests).toHaveLength(requests);
  });

  test("a refresh finds no difference", async () => {
    expect(kept(await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 9 });
  });

  test("drift is found by refresh, shown in the preview, and fixed by up", async () => {
    await asOwner(
      "revoke select on shop.items from clickpipes_user",
      "alter role clickpipes_user nologin",
      "alter publication clickpipes_publication drop table shop.items",
    );
    neon.project.settings.allowed_ips = { ips: ["127.0.0.1"], protected_branches_only: false };
    const refresh = kept(await stack.refresh({ skipPreview: true }));
    expect(refresh.changes).toEqual({ same: 4, update: 5 });
    expect(refresh.output).toContain(
      'ClickPipesUser orders-user: drift: role "clickpipes_user" cannot log in (NOLOGIN)',
    );
    const preview = kept(await stack.preview({ args: ["--diff"] }));
    expect(preview.output).toContain('role \\"clickpipes_user\\" cannot log in (NOLOGIN)');
    expect(preview.output).toContain('role \\"clickpipes_user\\" has no SELECT on shop.items');
    expect(preview.output).toMatch(/\+ \[1\]: "shop.items"/);
    expect(preview.output).toContain("54.82.38.199");
    const up = kept(await stack.up({ skipPreview: true }));
    expect(up.changes).toEqual({ same: 4, update: 5 });
    expect(up.output).toContain(
      "had lost table shop.items.\n    Changes made in the meantime never reached ClickHouse.\n    Resync the pipe for these.",
    );
    expect(kept(await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 9 });
  });

  test("the state holds no secret in clear text, and at most a hundred characters of provider code for each resource", async () => {
    const { connection } = (await stack.outputs(true)) as Outputs;
    const text = await stack.exportText();
    for (const secret of [connection.password, neon.owner.password, neon.apiKey, neon.connectionUri]) {
      expect(text).not.toContain(secret);
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(encodeURIComponent(secret));
    }
    const { resources = [] } = (await stack.export()).deployment;
    const providers = resources.flatMap(({ inputs }) => (inputs?.__provider ? [String(inputs.__provider)] : []));
    expect(providers).toHaveLength(6);
    for (const provider of providers) expect(provider.length).toBeLessThanOrEqual(100);
  });

  test("destroy leaves the database and the project as they were before, except for wal_level", async () => {
    neon.project.settings.allowed_ips?.ips?.push("203.0.113.0/24");
    const { changes, output } = kept(await stack.destroy({ skipPreview: true }));
    expect(changes).toEqual({ delete: 9 });
    expect(order(output, "deleted")).toEqual([...PARTS].reverse());
    expect(output).toContain("stays on: Neon cannot turn it off.");
    const differences = compareSnapshots(before, await takeSnapshot(neon.superuserUri, neon));
    expect(differences).toEqual(["- setting: wal_level = replica", "+ setting: wal_level = logical"]);
  });
});

interface Outputs extends Record<string, unknown> {
  connection: { host: string; port: number; database: string; user: string; password: string };
  levels: unknown[];
}
