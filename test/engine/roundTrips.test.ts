import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type Stack } from "../support/engine/stack";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";
import { runAt } from "../support/postgres/session";
import { startWire, type Wire } from "../support/wire/recording";

const PROGRAM = `
import * as clickpipes from "pulumi-neon-clickpipes";
const provider = new clickpipes.Provider("source", { connectionUri: process.env.SOURCE });
const user = new clickpipes.ClickPipesUser("user", {}, { provider });
new clickpipes.ClickPipesGrants("grants", { role: user.name, schemas: ["public", "shop"] }, { provider });
new clickpipes.Publication("publication", { tables: ["public.a", "public.b", "public.c", "shop.d", "shop.e"] }, { provider });
`;

describe("round trips of user, grants and publication for five tables in two schemas, including set-up and login", () => {
  let server: PostgresServer;
  let wire: Wire;
  let stack: Stack;

  beforeAll(async () => {
    server = await startPostgres({ version: 17, settings: { wal_level: "logical" } });
    const names = ["public.a", "public.b", "public.c", "shop.d", "shop.e"];
    const tables = names.map((table) => `create table ${table} (id int primary key)`);
    await runAt(server.uri(), "create schema shop", ...tables);
    wire = await startWire(server);
    stack = await createStack({ program: PROGRAM, env: { SOURCE: wire.uri(server.uri()) } });
  });
  afterAll(async () => {
    await stack?.remove();
    await wire?.stop();
    await server?.stop();
  });

  const counted = async (run: () => Promise<unknown>): Promise<{ connections: number; roundTrips: number }> => {
    wire.reset();
    await run();
    const { connections, roundTrips } = wire.total;
    return { connections, roundTrips };
  };

  test("a first preview reads over one connection, in at most six", async () => {
    const { connections, roundTrips } = await counted(() => stack.preview());
    expect(connections).toBe(1);
    expect(roundTrips).toBeLessThanOrEqual(6);
  });

  test("create takes at most fifteen over one connection, in addition to that of the login", async () => {
    const { connections, roundTrips } = await counted(() => stack.up({ skipPreview: true }));
    expect(connections).toBe(2);
    expect(roundTrips).toBeLessThanOrEqual(15);
  });

  test("an unchanged up and an unchanged preview take none", async () => {
    expect(await counted(() => stack.up({ skipPreview: true }))).toEqual({ connections: 0, roundTrips: 0 });
    expect(await counted(() => stack.preview())).toEqual({ connections: 0, roundTrips: 0 });
  });

  test("refresh takes at most nine", async () => {
    const { connections, roundTrips } = await counted(() => stack.refresh({ skipPreview: true }));
    expect(connections).toBe(2);
    expect(roundTrips).toBeLessThanOrEqual(9);
  });

  test("destroy takes at most nine over one connection", async () => {
    const { connections, roundTrips } = await counted(() => stack.destroy({ skipPreview: true }));
    expect(connections).toBe(1);
    expect(roundTrips).toBeLessThanOrEqual(9);
  });
});
