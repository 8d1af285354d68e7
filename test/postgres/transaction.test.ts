import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { expectRestart, type PostgresSettings } from "../../provider/postgres/connection";
import { Connections } from "../../provider/postgres/connections";
import { tryLogin } from "../../provider/postgres/login";
import { statement } from "../../provider/postgres/sql/statement";
import { transaction } from "../../provider/postgres/transaction";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";
import { startWire, type Wire } from "../support/wire/recording";

const LIMITS = { connectTimeout: 10, statementTimeout: 10, lockTimeout: 0.3, deleteTimeout: 1, maxConnections: 1 };

describe("connections and transactions", () => {
  let server: PostgresServer;
  let wire: Wire;
  let client: Client;
  let settings: PostgresSettings;

  beforeAll(async () => {
    server = await startPostgres({ version: 17 });
    wire = await startWire(server);
    const { user, password } = server.superuser;
    settings = {
      host: wire.host,
      port: wire.port,
      database: "postgres",
      user,
      password,
      sslmode: "disable",
      ...LIMITS,
    };
    client = new Client(server.uri());
    client.on("error", () => {});
    await client.connect();
    await client.query("create table public.counter (n int)");
    await client.query("create table public.busy (id int)");
    await client.query("create database second");
  });
  beforeEach(async () => {
    await client.query("delete from public.counter");
    wire.reset();
  });
  afterAll(async () => {
    await client?.end();
    await wire?.stop();
    await server?.stop();
  });

  const using = async <T>(
    work: (connections: Connections) => Promise<T>,
    changed: Partial<PostgresSettings> = {},
  ): Promise<T> => {
    const connections = new Connections({ ...settings, ...changed });
    try {
      return await work(connections);
    } finally {
      await connections.close();
    }
  };
  const insert = (n: number) => statement("insert into public.counter values ($1)", [n]);
  const counted = async () => Number((await client.query("select count(*) as n from public.counter")).rows[0].n);

  test("see what others commit meanwhile, whatever level of isolation the server has for default", async () => {
    const rows = statement("select n from public.counter");
    const seen = using(
      (connections) =>
        transaction(connections, async (tx) => {
          const [before] = await tx.run(rows);
          await client.query("insert into public.counter values (1)");
          const [after] = await tx.commit(rows);
          return [before?.rows.length, after?.rows.length];
        }),
      { options: "-c default_transaction_isolation=serializable" },
    );
    expect(await seen).toEqual([0, 1]);
  });

  test("serve all work over one connection, one transaction at a time", async () => {
    let running = 0;
    await using((connections) =>
      Promise.all(
        Array.from({ length: 20 }, (_unused, n) =>
          transaction(connections, async (tx) => {
            expect(++running).toBe(1);
            await tx.run(insert(n));
            running--;
            await tx.commit();
          }),
        ),
      ),
    );
    expect(await counted()).toBe(20);
    expect(wire.total.connections).toBe(1);
  });

  test("are never more than allowed", async () => {
    await using(
      (connections) =>
        Promise.all(
          Array.from({ length: 12 }, () =>
            connections.use((session) => session.run(statement("select pg_sleep(0.02)"))),
          ),
        ),
      { maxConnections: 3 },
    );
    expect(wire.total.connections).toBe(3);
  });

  test("take one round trip for the opening and the first statements, and one for the rest with COMMIT", async () => {
    await using(async (connections) => {
      await connections.use((session) => session.run(statement("select 1")));
      wire.reset();
      await transaction(connections, async (tx) => {
        await tx.run(insert(1), insert(2));
        await tx.commit(insert(3));
      });
    });
    expect(wire.total.roundTrips).toBe(2);
    expect(await counted()).toBe(3);
  });

  test("never have a statement compiled, for which ours look long enough among thousands of tables", async () => {
    const [first, again] = await using(async (connections) => [
      await connections.use((session) => session.run(statement("show jit"))),
      await connections.use((session) => session.run(statement("show jit"))),
    ]);
    expect([first, again].map((answers) => answers?.[0]?.rows)).toEqual([[{ jit: "off" }], [{ jit: "off" }]]);
  });

  test("leave nothing behind when a statement fails, and name its SQLSTATE", async () => {
    const failing = using((connections) =>
      transaction(connections, (tx) => tx.commit(insert(1), statement("select 1 / 0"), insert(2))),
    );
    await expect(failing).rejects.toMatchObject({ code: "22012", statement: { text: "select 1 / 0" } });
    expect(await counted()).toBe(0);
  });

  test("carry out one command per statement and no second one", async () => {
    const two = using((connections) =>
      connections.use((session) => session.run(statement("select 1; delete from public.counter"))),
    );
    await expect(two).rejects.toMatchObject({ code: "42601" });
  });

  test("run again, from the beginning, when the connection is cut under them", async () => {
    let tries = 0;
    await using((connections) =>
      transaction(connections, async (tx) => {
        tries++;
        await tx.run(insert(tries));
        if (tries === 1) wire.cutAll();
        await tx.commit();
      }),
    );
    expect(tries).toBe(2);
    expect((await client.query("select n from public.counter")).rows).toEqual([{ n: 2 }]);
  });

  test("wait three times for a lock, then name who holds it", async () => {
    const blocker = new Client(server.uri());
    await blocker.connect();
    await blocker.query("begin");
    await blocker.query("lock table public.busy in share update exclusive mode");
    const [{ pid }] = (await blocker.query("select pg_backend_pid() as pid")).rows;
    const blocked = using((connections) =>
      transaction(connections, async (tx) => {
        tx.relations = ["public.busy"];
        await tx.commit(statement("alter table public.busy set (autovacuum_enabled = false)"));
      }),
    );
    await expect(blocked).rejects.toThrow(
      new RegExp(`could not get a lock in 3 tries of 0.3 s .*pid ${pid} \\(user cloud_admin, since 20`),
    );
    await blocker.end();
  });

  test("succeed from two databases at once on the same role", async () => {
    await client.query("create role contested");
    const other = { database: "second" };
    const alter = (connections: Connections, n: number) =>
      transaction(connections, (tx) => tx.commit(statement(`alter role contested connection limit ${n}`)));
    await using((first) =>
      using(
        (second) => Promise.all(Array.from({ length: 30 }, (_unused, n) => alter(n % 2 ? first : second, n))),
        other,
      ),
    );
    await client.query("drop role contested");
  });

  test("fail at once where nobody has answered before, and wait for a restart where somebody has", async () => {
    const { port } = await startWire(server).then(async (other) => {
      await other.stop();
      return other;
    });
    // Were it to wait, it would do so for longer than a test may take.
    const never = { port, connectTimeout: 600 };
    await expect(using((connections) => connections.use(async () => {}), never)).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    expectRestart(settings);
    await wire.refuse();
    const waiting = using((connections) => connections.use((session) => session.run(statement("select 1 as one"))));
    await sleep(800);
    await wire.accept();
    expect((await waiting)[0]?.rows).toEqual([{ one: 1 }]);
  });

  test("fail once for all that waited meanwhile, and are tried again for what comes later", async () => {
    const silent = createServer(() => {});
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    let attempts = 0;
    silent.on("connection", () => attempts++);
    const { port } = silent.address() as AddressInfo;
    await using(
      async (connections) => {
        const select = () => connections.use((session) => session.run(statement("select 1")));
        const failures = await Promise.all(Array.from({ length: 5 }, () => select().catch((error: Error) => error)));
        expect(attempts).toBe(1);
        for (const failure of failures) expect(failure).toBe(failures[0]);
        await expect(select()).rejects.toThrow();
        expect(attempts).toBe(2);
      },
      { port, connectTimeout: 0.3 },
    );
    silent.close();
  });

  test("serve any number of logins one after the other", async () => {
    let most = 0;
    wire.onMessage = () => {
      most = Math.max(most, wire.openConnections);
      return undefined;
    };
    const { user, password = "" } = settings;
    const answers = Array.from({ length: 8 }, (_unused, n) => tryLogin(settings, user, n % 2 ? "wrong" : password));
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4].flatMap(() => ["accepted", "refused"]));
    wire.onMessage = undefined;
    // The wire may see the next one come before it has seen the last one go.
    expect(most).toBeLessThanOrEqual(2);
  });

  test("of work that wants to be alone: waits for what runs, and holds what comes", async () => {
    const log: string[] = [];
    const step = (name: string) => async () => {
      log.push(`${name} begins`);
      await sleep(50);
      log.push(`${name} ends`);
    };
    await using(
      async (connections) => {
        const first = connections.use(step("first"));
        await sleep(20);
        await Promise.all([
          first,
          connections.alone(step("alone")),
          sleep(10).then(() => connections.use(step("second"))),
        ]);
      },
      { maxConnections: 2 },
    );
    expect(log).toEqual(["first begins", "first ends", "alone begins", "alone ends", "second begins", "second ends"]);
  });
});
