import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import type { LocalNeon } from "../../support/neon";

/** What a version's `pulumi up` of `PROGRAM` left behind. What differs from one server to the next is in braces. */
export interface Recorded {
  comments: { role: string; publication: string };
  ips: string[];
  resources: object[];
}

export type Version = "first" | "today";

export const PROGRAM = `
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

const PASSWORD = "nVLz~xjCgy4emVLyx.2whdYbvPL5A9Qf";
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

export function readRecorded(version: Version): Recorded {
  return JSON.parse(textOf(version)) as Recorded;
}

function textOf(version: Version): string {
  return readFileSync(join(__dirname, `${version}.json`), "utf8");
}

/** The configuration that the program needs. */
export function configFor(neon: LocalNeon): Record<string, string | { secret: string }> {
  const { connectionUri, apiKey, apiUrl, projectId } = neon;
  return { uri: { secret: connectionUri }, key: { secret: apiKey }, api: apiUrl, project: projectId };
}

/** Makes the database as that version left it. Returns the recorded resources, as if they had been made on this server. */
export async function restoreRecorded(version: Version, neon: LocalNeon, owner: Client): Promise<object[]> {
  const { comments } = readRecorded(version);
  await owner.query(`${SCHEMA};${MADE}`);
  await owner.query(`comment on role clickpipes_user is ${owner.escapeLiteral(comments.role)}`);
  await owner.query(`comment on publication clickpipes_publication is ${owner.escapeLiteral(comments.publication)}`);
  const { rows } = await owner.query(
    `select (select oid from pg_roles where rolname = 'clickpipes_user')::int as "roleOid",
            (select oid from pg_publication)::int as "publicationOid", 'shop'::regnamespace::oid::int as "shopOid",
            'public.orders'::regclass::oid::int as "ordersOid", 'shop.items'::regclass::oid::int as "itemsOid",
            (select system_identifier::text from pg_control_system()) as "systemIdentifier"`,
  );
  const { projectId, branchId, apiUrl: api, apiKey: key, connectionUri: uri, port } = neon;
  const values = { ...rows[0], projectId, branchId, api, key, uri, port, password: PASSWORD };
  const filled = textOf(version).replace(/"\{(\w*Oid|port)\}"/g, (_all, name: string) => String(values[name]));
  return (JSON.parse(filled.replace(/\{(\w+)\}/g, (_all, name: string) => String(values[name]))) as Recorded).resources;
}
