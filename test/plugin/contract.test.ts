import { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { describe, expect, test, vi } from "vitest";
import { ARGUMENT_NAMES } from "../../provider/lifecycle/argumentNames";
import { UNKNOWN_TEXT } from "../../provider/lifecycle/unknown";
import { answered, PluginProcess, secret, struct, type Values } from "../support/plugin/process";
import { urnOf, usePlugin } from "../support/plugin/scene";
import { publicationOf } from "../support/publication/publications";

const { DIFF_NONE, DIFF_UNKNOWN } = proto.DiffResponse.DiffChanges;

describe("the plugin over gRPC", () => {
  const scene = usePlugin();
  const { db } = scene;

  test("greets, tells its version, and describes every resource", async () => {
    const greeting = new proto.ProviderHandshakeRequest().setEngineAddress(scene.engine.address);
    const answer = await scene.plugin.ask<typeof greeting, proto.ProviderHandshakeResponse>(
      scene.plugin.client.handshake,
      greeting,
    );
    expect([answer.getAcceptSecrets(), answer.getAcceptResources(), answer.getAcceptOutputs()]).toEqual([
      true,
      true,
      true,
    ]);
    await scene.plugin.ask(scene.plugin.client.attach, new PluginAttach().setAddress(scene.engine.address));
    const info = await scene.plugin.ask<Empty, { getVersion(): string }>(
      scene.plugin.client.getPluginInfo,
      new Empty(),
    );
    const asked = new proto.GetSchemaRequest();
    const found = await scene.plugin.ask<typeof asked, proto.GetSchemaResponse>(scene.plugin.client.getSchema, asked);
    const { version, resources } = JSON.parse(found.getSchema()) as {
      version: string;
      resources: Record<string, { inputProperties: object; isComponent?: boolean }>;
    };
    expect(info.getVersion()).toBe(version);
    const described = Object.entries(resources).filter(([, { isComponent }]) => !isComponent);
    expect(described.map(([token]) => token.replace("clickpipes:index:", "")).sort()).toEqual(
      Object.keys(ARGUMENT_NAMES).sort(),
    );
    for (const [token, { inputProperties }] of described) {
      const kind = token.replace("clickpipes:index:", "") as keyof typeof ARGUMENT_NAMES;
      const names = ARGUMENT_NAMES[kind].filter((one) => one !== "addresses");
      expect(Object.keys(inputProperties).sort(), kind).toEqual([...names].sort());
    }
  });

  test("completes a provider's inputs with the address, keeps secrets, and replaces nothing", async () => {
    const check = async (news: Values) => {
      const request = new proto.CheckRequest().setNews(struct(news));
      const response = await scene.plugin.ask<typeof request, proto.CheckResponse>(
        scene.plugin.client.checkConfig,
        request,
      );
      return answered(response.getInputs());
    };
    const { host, port, pathname } = new URL(db.uri);
    expect(await check({ connectionUri: db.uri, statementTimeout: "5" })).toEqual({
      values: {
        connectionUri: db.uri,
        statementTimeout: "5",
        ...{ host: host.split(":")[0], port, database: pathname.slice(1), user: db.user },
      },
      secrets: ["connectionUri"],
    });
    const unknown = { host: UNKNOWN_TEXT, port: UNKNOWN_TEXT, database: UNKNOWN_TEXT, user: UNKNOWN_TEXT };
    expect((await check({ connectionUri: UNKNOWN_TEXT })).values).toEqual({ connectionUri: UNKNOWN_TEXT, ...unknown });
    expect((await check({ neonApiKey: "napi_x" })).values).toEqual({ neonApiKey: "napi_x" });
    const request = new proto.DiffRequest().setOlds(struct({ host: "a" })).setNews(struct({ host: "b" }));
    const response = await scene.plugin.ask<typeof request, proto.DiffResponse>(
      scene.plugin.client.diffConfig,
      request,
    );
    expect(response.getReplacesList()).toEqual([]);
  });

  test("lives the whole life of a publication", async () => {
    const { name } = scene;
    const urn = urnOf("Publication");
    const { values: inputs, failures } = await scene.plugin.check(urn, { name, tables: ["public.orders"] });
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ mark: "organization/app/dev/Publication/it", path: "", publish: expect.any(Array) });
    const preview = await scene.plugin.create(urn, inputs, { preview: true });
    expect(preview).toMatchObject({ id: "", values: { name, oid: UNKNOWN_TEXT, publishedTables: UNKNOWN_TEXT } });
    expect(await publicationOf(db, name)).toBeUndefined();

    const { id, values: state } = await scene.plugin.create(urn, inputs);
    expect(id).toBe(name);
    expect(state).toMatchObject({ name, publishedTables: [{ schema: "public", name: "orders" }] });
    expect(await scene.plugin.diff(urn, state, inputs, inputs)).toMatchObject({ changes: DIFF_NONE, replacesList: [] });

    const { values: next } = await scene.plugin.check(
      urn,
      { name, tables: ["public.orders"], comment: "for a pipe" },
      inputs,
    );
    expect(await scene.plugin.diff(urn, state, inputs, next)).toMatchObject({
      changes: DIFF_UNKNOWN,
      replacesList: [],
    });
    const shown = await scene.plugin.update(urn, id, state, next, true);
    expect(shown.values).toMatchObject({ comment: "for a pipe", oid: UNKNOWN_TEXT, target: state.target });
    const { values: updated } = await scene.plugin.update(urn, id, state, next);
    expect(updated).toMatchObject({ comment: "for a pipe", oid: state.oid });

    const same = await scene.plugin.read(urn, id, updated, next);
    expect(same).toMatchObject({ id, inputs: { values: next } });
    await db.query(`alter publication ${name} set (publish = 'insert')`);
    const drifted = await scene.plugin.read(urn, id, updated, next);
    expect(drifted.inputs.values.publish).toEqual(["insert"]);
    const { values: repaired } = await scene.plugin.update(urn, id, drifted.state.values, next);
    expect(scene.engine.logged).toContainEqual({
      severity: "warning",
      urn,
      message: expect.stringContaining("Resync the pipe"),
    });

    await scene.plugin.delete(urn, id, repaired);
    expect(await publicationOf(db, name)).toBeUndefined();
    expect(await scene.plugin.read(urn, id, updated, next)).toMatchObject({ id: "" });
  });

  test("replaces what cannot change in place", async () => {
    const { replacesList, deletebeforereplace } = await scene.plugin.diff(
      urnOf("IpAllowlist"),
      { projectId: "one" },
      { projectId: "one" },
      { projectId: "two" },
    );
    expect({ replacesList, deletebeforereplace }).toEqual({ replacesList: ["projectId"], deletebeforereplace: true });
  });

  test("keeps secret what is secret, and what repeats it", async () => {
    const { name } = scene;
    const user = await scene.make(urnOf("ClickPipesUser"), { name });
    expect(user.secrets).toEqual(["password"]);
    const table = "public.secret_orders";
    await db.query(`create table ${table} (id int primary key)`);
    const publication = await scene.make(urnOf("Publication"), { name, tables: [secret(table)] });
    expect(publication.secrets).toEqual([]);
    const urn = urnOf("Publication");
    const { values, secrets } = await scene.plugin.check(urn, { name, tables: [secret(table)] });
    expect(secrets).toEqual(["tables"]);
    const sent = { ...values, tables: secret(values.tables) };
    const { secrets: hidden } = await scene.plugin.update(urn, name, publication.values, sent);
    expect(hidden).toEqual(["excludedColumns", "filters", "publishedTables", "tables"]);
    await scene.plugin.delete(urn, name, publication.values);
    await scene.plugin.delete(urnOf("ClickPipesUser"), name, user.values);
  });

  test("checks around unknown values at any depth, and prints no value", async () => {
    const { name } = scene;
    const tables = [{ schema: "public", name: UNKNOWN_TEXT, columns: ["id", UNKNOWN_TEXT] }, "public.orders"];
    const { values, failures } = await scene.plugin.check(urnOf("Publication"), { name, tables, where: null });
    expect(failures).toEqual([]);
    expect(values.tables).toEqual(tables);
    const wrong = await scene.plugin.check(urnOf("ClickPipesUser"), { name, password: secret("hunter2") });
    expect(wrong.failures).toEqual([{ property: "", reason: expect.stringMatching(/^password: .* bits of entropy/) }]);
    expect(JSON.stringify(wrong.failures)).not.toContain("hunter2");
  });

  test("constructs the component of the plugin's own resources", async () => {
    const request = new proto.ConstructRequest()
      .setProject("app")
      .setStack("dev")
      .setType("clickpipes:index:ClickPipesSource")
      .setName("orders")
      .setMonitorendpoint(scene.engine.address)
      .setInputs(struct({ tables: ["public.orders"], user: { name: "reader" }, readiness: false }));
    const response = await scene.plugin.ask<typeof request, proto.ConstructResponse>(
      scene.plugin.client.construct,
      request,
    );
    expect(response.getUrn()).toBe("urn:pulumi:dev::app::clickpipes:index:ClickPipesSource::orders");
    const parts = scene.engine.registered.filter(({ parent }) => parent !== "");
    expect(parts.map(({ type, name: part }) => `${type} ${part}`)).toEqual([
      "clickpipes:index:ClickPipesUser orders-user",
      "clickpipes:index:ClickPipesGrants orders-grants",
      "clickpipes:index:Publication orders-publication",
    ]);
    for (const { type, aliases, inputs } of parts) {
      expect(aliases).toEqual([type.replace("clickpipes:index:", "pulumi-nodejs:dynamic/clickpipes:")]);
      expect(Object.keys(inputs)).not.toContain("__provider");
    }
    const outputs = answered(response.getState()).values;
    expect(outputs).toMatchObject({
      database: "postgres",
      userName: "reader",
      publicationName: "clickpipes_publication",
    });
  });

  test("answers a plugin that is started by hand with what it is", async () => {
    const alone = await PluginProcess.start();
    await vi.waitUntil(() => alone.stderr !== "", { timeout: 30_000 });
    expect(alone.stderr).toContain("a Pulumi plugin, which Pulumi starts by itself");
    await alone.stop();
  });
});
