import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { halfDone, PluginProcess, type Values } from "../support/plugin/process";
import { failureOf, urnOf, usePlugin } from "../support/plugin/scene";
import { dropSlots, makeSlot } from "../support/publication/reader";
import { roleExists } from "../support/user/catalog";

describe("what fails or waits in the plugin", () => {
  const scene = usePlugin();
  const { db } = scene;

  /** As if the server had kept another password. */
  async function refuseLogins(role: string): Promise<void> {
    await db.query(`create or replace function public.no_login() returns event_trigger language plpgsql as $$
      begin
        if session_user = '${role}' then raise exception 'no' using errcode = '28P01'; end if;
      end $$`);
    await db.query("create event trigger no_login on login execute function public.no_login()");
  }

  test("keeps a half-done create in the state, from which the next update goes on", async () => {
    const { name } = scene;
    const urn = urnOf("ClickPipesUser");
    const { values: inputs } = await scene.plugin.check(urn, { name, connectionLimit: 3 });
    await refuseLogins(name);
    const error = await failureOf(scene.plugin.create(urn, inputs));
    expect(error.details).toContain(`role "${name}" does not accept the password that was just set`);
    const half = halfDone(error);
    expect(half).toMatchObject({ id: name, message: error.details, secrets: ["password"], values: { name } });
    expect(await roleExists(db, name)).toBe(true);
    await db.query("drop event trigger no_login");
    const { values: next } = await scene.plugin.check(urn, { name }, inputs);
    const { values: state } = await scene.plugin.update(urn, name, half?.values ?? {}, next);
    await scene.plugin.delete(urn, name, state);
    expect(await roleExists(db, name)).toBe(false);
  });

  test("fails in words, without a stack, and without anything for the state", async () => {
    const { name } = scene;
    const { values: inputs } = await scene.plugin.check(urnOf("Publication"), { name, tables: ["public.missing"] });
    const error = await failureOf(scene.plugin.create(urnOf("Publication"), inputs));
    expect(error.details).toContain("table public.missing");
    expect(error.details).not.toMatch(/\n\s+at /);
    expect(halfDone(error)).toBeUndefined();
    expect((await failureOf(scene.plugin.check(urnOf("Pipe"), {}))).details).toContain("has no resource Pipe");
    const foreign = scene.plugin.check("urn:pulumi:dev::app::aws:s3:Bucket::b", {});
    expect((await failureOf(foreign)).details).toBe("pulumi-resource-clickpipes has no resource aws:s3:Bucket.");
  });

  describe("with a slot that still reads the publication", () => {
    let state: Values;
    beforeEach(async () => {
      const { name } = scene;
      state = (await scene.make(urnOf("Publication"), { name, tables: ["public.orders"] })).values;
      await makeSlot(db, name);
    });
    const clear = async () => {
      await dropSlots(db);
      await scene.plugin.delete(urnOf("Publication"), scene.name, state);
    };

    test("a delete waits no longer than its own time-out", async () => {
      const { name } = scene;
      const error = await failureOf(scene.plugin.delete(urnOf("Publication"), name, state, 1));
      expect(error.details).toContain(name);
      expect(scene.engine.logged.map(({ message }) => message).join()).toContain("waiting up to 1 s");
      await clear();
    });

    test("a delete that waits ends when the user cancels", async () => {
      const { name } = scene;
      const another = await PluginProcess.start(scene.engine.address);
      await another.configure({ connectionUri: db.uri, deleteTimeout: "600" });
      const deleted = failureOf(another.delete(urnOf("Publication"), name, state));
      await vi.waitUntil(() => scene.engine.logged.some(({ message }) => message.includes("waiting up to 600 s")), {
        timeout: 30_000,
      });
      await another.ask(another.client.cancel, new Empty());
      expect((await deleted).details).toContain(name);
      await another.stop();
      await clear();
    });
  });
});
