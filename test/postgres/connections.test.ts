import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { queryRows } from "../../provider/postgres/sql/statement";
import { transaction } from "../../provider/postgres/transaction";
import { insert, useWiredServer } from "../support/postgres/wiredServer";
import { startWire } from "../support/wire/recording";

describe("connections", () => {
  const wired = useWiredServer();

  test("run all work over one connection, one transaction at a time", async () => {
    const { wire, using, counted } = wired;
    let running = 0;
    await using((connections) =>
      Promise.all(
        Array.from({ length: 20 }, (_unused, n) =>
          transaction(connections, async (tx) => {
            expect(++running).toBe(1);
            await tx.run([insert(n)]);
            running--;
            await tx.commit([]);
          }),
        ),
      ),
    );
    expect(await counted()).toBe(20);
    expect(wire.total.connections).toBe(1);
  });

  test("are never more than `maxConnections`", async () => {
    const { wire, using } = wired;
    await using(
      (connections) =>
        Promise.all(
          Array.from({ length: 12 }, () =>
            connections.use((session) => session.ask(queryRows("select pg_sleep(0.02)"))),
          ),
        ),
      { maxConnections: 3 },
    );
    expect(wire.total.connections).toBe(3);
  });

  test("never compile a statement, although those over thousands of tables seem long enough for it", async () => {
    const { using } = wired;
    const [first, again] = await using(async (connections) => [
      await connections.use((session) => session.ask(queryRows("show jit"))),
      await connections.use((session) => session.ask(queryRows("show jit"))),
    ]);
    expect([first, again].map((answers) => answers?.[0])).toEqual([[{ jit: "off" }], [{ jit: "off" }]]);
  });

  test("run one command per statement, and no second one", async () => {
    const { using } = wired;
    const two = using((connections) =>
      connections.use((session) => session.ask(queryRows("select 1; delete from public.counter"))),
    );
    await expect(two).rejects.toMatchObject({ code: "42601" });
  });

  test("fail at once if the server never answered before, and wait for a restart if it did", async () => {
    const { server, wire, settings, using, connector } = wired;
    const { port } = await startWire(server).then(async (other) => {
      await other.stop();
      return other;
    });
    // If it waited, it would take longer than a test may.
    const never = { port, connectTimeout: 600 };
    await expect(using((connections) => connections.use(async () => {}), never)).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    connector.expectRestart(settings);
    await wire.refuse();
    const waiting = using((connections) => connections.use((session) => session.ask(queryRows("select 1 as one"))));
    await sleep(800);
    await wire.accept();
    expect((await waiting)[0]).toEqual([{ one: 1 }]);
  });

  test("fail once for all work that waited, and are tried again for later work", async () => {
    const { using } = wired;
    const silent = createServer(() => {});
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    let attempts = 0;
    silent.on("connection", () => attempts++);
    const { port } = silent.address() as AddressInfo;
    await using(
      async (connections) => {
        const select = () => connections.use((session) => session.ask(queryRows("select 1")));
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

  test("run any number of logins one after the other", async () => {
    const { wire, settings, using } = wired;
    let most = 0;
    wire.onMessage = () => {
      most = Math.max(most, wire.openConnections);
      return undefined;
    };
    const { user, password = "" } = settings;
    const answers = using((connections) =>
      Promise.all(Array.from({ length: 8 }, (_unused, n) => connections.tryLogin(user, n % 2 ? "wrong" : password))),
    );
    expect(await answers).toEqual([1, 2, 3, 4].flatMap(() => ["accepted", "refused"]));
    wire.onMessage = undefined;
    // The recorder may see the next one open before it has seen the last one close.
    expect(most).toBeLessThanOrEqual(2);
  });

  test("run exclusive work after what already runs, and hold new work back until it ends", async () => {
    const { using } = wired;
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
