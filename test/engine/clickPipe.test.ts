import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type Stack } from "../support/engine/stack";
import { installStandIn } from "../support/engine/standIn";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";

const EXAMPLE = join(resolve(__dirname, "../.."), "examples/click-pipe");

/** What the example uses of `@pulumi/clickhouse`: hands its arguments to the API as they arrive. */
const CLICKHOUSE = `
const pulumi = require("@pulumi/pulumi");
class Clickpipe extends pulumi.dynamic.Resource {
  constructor(name, args, opts) {
    const url = process.env.CLICKHOUSE_API;
    const create = async ({ __provider, serviceId, ...body }) => {
      await fetch(url + "/organizations/org/services/" + serviceId + "/clickpipes", { method: "POST", body: JSON.stringify(body) });
      return { id: "pipe", outs: {} };
    };
    super({ create, delete: async () => { await fetch(url + "/pipe", { method: "DELETE" }); } }, name, args, opts);
  }
}
module.exports = { Clickpipe };
`;

interface Request {
  method: string | undefined;
  url: string | undefined;
  authorization: string | undefined;
  body: unknown;
  /** What the pipe could read when it was asked for. */
  publications: number;
}

describe("examples/click-pipe, with a stand-in for ClickHouse Cloud", () => {
  let server: PostgresServer;
  let client: Client;
  let api: Server;
  let stack: Stack;
  const requests: Request[] = [];

  beforeAll(async () => {
    server = await startPostgres({ version: 17, settings: { wal_level: "logical" } });
    client = new Client(server.uri());
    await client.connect();
    await client.query(
      `create table public.orders (id int primary key, product text, amount numeric, note text,
         twice numeric generated always as (amount * 2) stored)`,
    );
    await client.query("create schema shop; create table shop.products (sku text primary key)");
    api = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const { rows } = await client.query("select from pg_publication");
      const { method, url, headers } = request;
      const body = text && JSON.parse(text);
      requests.push({ method, url, authorization: headers.authorization, body, publications: rows.length });
      response.end("{}");
    }).listen(0, "127.0.0.1");
    await new Promise((done) => api.once("listening", done));
    stack = await createStack({
      program: readFileSync(join(EXAMPLE, "index.ts"), "utf8"),
      env: { CLICKHOUSE_API: `http://127.0.0.1:${(api.address() as AddressInfo).port}` },
      config: { clickhouseService: "service", "clickpipes:connectionUri": { secret: server.uri() } },
    });
    installStandIn(stack.directory, "@pulumi/clickhouse", CLICKHOUSE);
  });
  afterAll(async () => {
    api?.close();
    await stack?.remove();
    await client?.end();
    await server?.stop();
  });

  test("no pipe is created for a source that is not ready", async () => {
    await client.query("alter table public.orders enable row level security");
    const { output } = await stack.up({ skipPreview: true, expectFailure: true });
    expect(output).toContain("rowSecurity: row-level security may hide rows");
    expect(output).toMatch(/CREATE POLICY "clickpipes_user reads all" ON "public"."orders"/);
    expect(requests).toEqual([]);
    await client.query("alter table public.orders disable row level security");
  });

  test("the pipe gets the source as is, including the excluded columns", async () => {
    await stack.up({ skipPreview: true });
    const { postgresSource } = await stack.outputs(true);
    expect(requests).toEqual([
      expect.objectContaining({
        method: "POST",
        url: "/organizations/org/services/service/clickpipes",
        publications: 1,
      }),
    ]);
    expect(requests[0]?.body).toEqual({
      name: "orders",
      source: { postgres: postgresSource },
      destination: { database: "default" },
    });
    const { password } = (postgresSource as { credentials: { password: string } }).credentials;
    expect(postgresSource).toEqual({
      type: "neon",
      host: server.host,
      port: server.port,
      database: "postgres",
      credentials: { username: "clickpipes_user", password: expect.stringMatching(/.{24}/) },
      settings: { replicationMode: "cdc", publicationName: "clickpipes_publication", syncIntervalSeconds: 60 },
      tableMappings: [
        {
          sourceSchemaName: "public",
          sourceTable: "orders",
          targetTable: "orders",
          excludedColumns: ["note", "twice"],
        },
        { sourceSchemaName: "shop", sourceTable: "products", targetTable: "products" },
      ],
    });
    const { resources = [] } = (await stack.export()).deployment as {
      resources?: { urn: string; dependencies?: string[] }[];
    };
    const pipe = resources.find(({ urn }) => urn.endsWith("Resource::orders"));
    expect(pipe?.dependencies?.join()).toContain("SourceReadiness::orders-readiness");
    const reader = new Client(server.uri({ user: "clickpipes_user", password }));
    await reader.connect();
    await reader.query("select id, product, amount from public.orders");
    await expect(reader.query("select note from public.orders")).rejects.toThrow("permission denied");
    await reader.end();
  });

  test("post.mjs sends the same to the API", async () => {
    const { postgresSource } = await stack.outputs(true);
    const env = { PATH: process.env.PATH, CLICKHOUSE_API: `http://127.0.0.1:${(api.address() as AddressInfo).port}` };
    const keys = { CLICKHOUSE_KEY: "key:secret", CLICKHOUSE_ORGANIZATION: "org", CLICKHOUSE_SERVICE: "service" };
    const running = promisify(execFile)(process.execPath, [join(EXAMPLE, "post.mjs")], { env: { ...env, ...keys } });
    running.child.stdin?.end(JSON.stringify(postgresSource));
    expect((await running).stdout).toBe("HTTP 200: {}\n");
    const [first, second] = requests;
    expect(second?.body).toEqual(first?.body);
    expect(second).toMatchObject({ url: first?.url, authorization: `Basic ${btoa("key:secret")}` });
  });

  test("destroy deletes the pipe before any part of its source", async () => {
    await stack.destroy({ skipPreview: true });
    expect(requests.at(-1)).toMatchObject({ method: "DELETE", publications: 1 });
    expect((await client.query("select from pg_publication")).rows).toEqual([]);
  });
});
