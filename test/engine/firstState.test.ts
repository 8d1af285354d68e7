import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type Stack } from "../support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../support/neon";

interface Recorded {
  comments: { role: string; publication: string };
  ips: string[];
  resources: object[];
}

/** What the first version's `pulumi up` of this program left behind; what differs from one server to the next, in braces. */
const RECORDED = readFileSync(join(__dirname, "states/first.json"), "utf8");
const PASSWORD = "nVLz~xjCgy4emVLyx.2whdYbvPL5A9Qf";

const PROGRAM = `
import * as clickpipes from "pulumi-neon-clickpipes";
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
const connectionUri = config.requireSecret("uri");
const neonApiKey = config.requireSecret("key");
const provider = new clickpipes.Provider("source", { connectionUri, neonApiKey, neonApiUrl: config.require("api") });
const orders = new clickpipes.ClickPipesSource("orders", {
  project: config.require("project"),
  tables: ["public.orders", { schema: "shop", name: "items", columns: ["id", "sku"] }],
  clickPipesRegion: { cloud: "aws", region: "us-east-1" },
}, { provider });
export const { connection } = orders;
`;

/** The database as the first version left it. */
const SCHEMA = `
create table public.orders (id int primary key);
create schema shop;
create table shop.items (id int primary key, sku text, secret text)`;
const MADE = `
create role clickpipes_user login replication password '${PASSWORD}';
grant usage on schema public, shop to clickpipes_user;
grant select on public.orders to clickpipes_user;
grant select (id, sku) on shop.items to clickpipes_user;
create publication clickpipes_publication for table only public.orders, only shop.items (id, sku)
  with (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)`;

describe("a stack made by the first version", () => {
  let neon: LocalNeon;
  let owner: Client;
  let stack: Stack;

  beforeAll(async () => {
    const { comments, ips } = JSON.parse(RECORDED) as Recorded;
    neon = await startLocalNeon({ logicalReplication: true, allowedIps: ips });
    owner = new Client(neon.connectionUri);
    await owner.connect();
    await owner.query(`${SCHEMA};${MADE}`);
    await owner.query(`comment on role clickpipes_user is ${owner.escapeLiteral(comments.role)}`);
    await owner.query(`comment on publication clickpipes_publication is ${owner.escapeLiteral(comments.publication)}`);
    stack = await createStack({
      program: PROGRAM,
      config: {
        uri: { secret: neon.connectionUri },
        key: { secret: neon.apiKey },
        api: neon.apiUrl,
        project: neon.projectId,
      },
    });
    await stack.import(await adapted());
  });
  afterAll(async () => {
    await stack?.remove();
    await owner?.end();
    await neon?.stop();
  });

  /** The recorded resources, as if they had been made on this server. */
  async function adapted(): Promise<object[]> {
    const { rows } = await owner.query(
      `select (select oid from pg_roles where rolname = 'clickpipes_user')::int as "roleOid",
              (select oid from pg_publication)::int as "publicationOid",
              (select system_identifier::text from pg_control_system()) as "systemIdentifier"`,
    );
    const { projectId, branchId, apiUrl: api, apiKey: key, connectionUri: uri, port } = neon;
    const values = { ...rows[0], projectId, branchId, api, key, uri, port, password: PASSWORD };
    const filled = RECORDED.replace(/"\{(\w*Oid|port)\}"/g, (_all, name: string) => String(values[name]));
    return (JSON.parse(filled.replace(/\{(\w+)\}/g, (_all, name: string) => String(values[name]))) as Recorded)
      .resources;
  }

  test("shows no change in a preview except a new check of the source, and connects to nothing", async () => {
    neon.wire.reset();
    const { changes, output } = await stack.preview();
    expect(changes).toEqual({ same: 8, update: 1 });
    expect(output).toContain("SourceReadiness orders-readiness update [diff: +triggers]");
    expect(neon.wire.total.connections).toBe(0);
  });

  test("refreshes with today's code", async () => {
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 9 });
  });

  test("is updated in place", async () => {
    stack.write(PROGRAM.replace('"sku"] }', '"sku"] }, "shop.more"'));
    await owner.query("create table shop.more (id int primary key)");
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 6, update: 3 });
  });

  test("is destroyed, and leaves the database and the list as they were before", async () => {
    expect((await stack.destroy({ skipPreview: true })).changes).toEqual({ delete: 9 });
    const { rows } = await owner.query(
      `select (select count(*)::int from pg_roles where rolname = 'clickpipes_user') as roles,
              (select count(*)::int from pg_publication) as publications`,
    );
    expect(rows).toEqual([{ roles: 0, publications: 0 }]);
    expect(neon.project.settings.allowed_ips).toEqual({ ips: ["127.0.0.1"], protected_branches_only: false });
  });
});
