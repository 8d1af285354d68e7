import { Client } from "pg";
import { describe, expect, test } from "vitest";
import type { Connections } from "../../provider/postgres/connections";
import { queryRows, statement } from "../../provider/postgres/sql/statement";
import { transaction } from "../../provider/postgres/transaction";
import { insert, useWiredServer } from "../support/postgres/wiredServer";

describe("transactions", () => {
  const wired = useWiredServer();

  test("see what others commit in the meantime, whatever the server's default isolation level", async () => {
    const { client, using } = wired;
    const rows = queryRows<{ n: number }>("select n from public.counter");
    const seen = using(
      (connections) =>
        transaction(connections, async (tx) => {
          const [before] = await tx.ask(rows);
          await client.query("insert into public.counter values (1)");
          const [after] = await tx.commit([], rows);
          return [before.length, after.length];
        }),
      { options: "-c default_transaction_isolation=serializable" },
    );
    expect(await seen).toEqual([0, 1]);
  });

  test("take one round trip for the opening and the first statements, and one for the rest with COMMIT", async () => {
    const { wire, using, counted } = wired;
    await using(async (connections) => {
      await connections.use((session) => session.ask(queryRows("select 1")));
      wire.reset();
      await transaction(connections, async (tx) => {
        await tx.run([insert(1), insert(2)]);
        await tx.commit([insert(3)]);
      });
    });
    expect(wire.total.roundTrips).toBe(2);
    expect(await counted()).toBe(3);
  });

  test("leave nothing behind when a statement fails, and name its SQLSTATE", async () => {
    const { using, counted } = wired;
    const failing = using((connections) =>
      transaction(connections, (tx) => tx.commit([insert(1), statement("select 1 / 0"), insert(2)])),
    );
    await expect(failing).rejects.toMatchObject({ code: "22012", statement: { text: "select 1 / 0" } });
    expect(await counted()).toBe(0);
  });

  test("run again from the beginning if the connection is lost", async () => {
    const { wire, client, using } = wired;
    let tries = 0;
    await using((connections) =>
      transaction(connections, async (tx) => {
        tries++;
        await tx.run([insert(tries)]);
        if (tries === 1) wire.cutAll();
        await tx.commit([]);
      }),
    );
    expect(tries).toBe(2);
    expect((await client.query("select n from public.counter")).rows).toEqual([{ n: 2 }]);
  });

  test("wait three times for a lock, then name its holder", async () => {
    const { server, using } = wired;
    const blocker = new Client(server.uri());
    await blocker.connect();
    await blocker.query("begin");
    await blocker.query("lock table public.busy in share update exclusive mode");
    const [{ pid }] = (await blocker.query("select pg_backend_pid() as pid")).rows;
    const blocked = using((connections) =>
      transaction(
        connections,
        (tx) => tx.commit([statement("alter table public.busy set (autovacuum_enabled = false)")]),
        { relations: ["public.busy"] },
      ),
    );
    await expect(blocked).rejects.toThrow(
      new RegExp(`could not get a lock in 3 tries of 0.3 s .*\nIt is held by pid ${pid} \\(user cloud_admin, since 20`),
    );
    await blocker.end();
  });

  test("succeed from two databases at once on the same role", async () => {
    const { client, using } = wired;
    await client.query("create role contested");
    const other = { database: "second" };
    const alter = (connections: Connections, n: number) =>
      transaction(connections, (tx) => tx.commit([statement(`alter role contested connection limit ${n}`)]));
    await using((first) =>
      using(
        (second) => Promise.all(Array.from({ length: 30 }, (_unused, n) => alter(n % 2 ? first : second, n))),
        other,
      ),
    );
    await client.query("drop role contested");
  });
});
