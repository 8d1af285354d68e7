import { Client } from "pg";
import type { ReadinessCheck } from "../../../provider/readiness/check";
import { Managed } from "../managed";
import type { PostgresServer } from "../postgres/servers";

const PASSWORD = "Zu8-kR2_qW5.tY7~";

const HEALTHY = `
create table public.orders (id int primary key, note text);
create schema shop;
create table shop.items (sku text primary key, price numeric, code int not null unique);
create table shop.events (id int primary key) partition by range (id);
create table shop.events_1 partition of shop.events for values from (0) to (1000);
create role reader login replication password '${PASSWORD}';
grant usage on schema public, shop to reader;
grant select on public.orders, shop.items, shop.events, shop.events_1 to reader;
create publication pipe for table public.orders, shop.items, shop.events with (publish_via_partition_root = true);
`;

/** A source that ClickPipes accepts, for tests to break. */
export interface ReadinessSource {
  server: PostgresServer;
  database: string;
  uri: string;
  password: string;
  config: Record<string, string>;
  /** The arguments of a `SourceReadiness` for it. */
  args: Record<string, unknown>;
  run(sql: string): Promise<Record<string, unknown>[]>;
  /** As the role that ClickPipes logs in as. */
  readerUri: string;
  stop(): Promise<void>;
}

/** Much faster than a new database. Dropping a role drops what it owns. */
const CLEAN = `
select pg_drop_replication_slot(slot_name) from pg_replication_slots;
do $$ declare it text; begin
  for it in select format('drop publication %I', pubname) from pg_publication loop execute it; end loop;
  for it in select format('drop schema %I cascade', nspname) from pg_namespace where nspname !~ '^(pg_|information_)' loop execute it; end loop;
  for it in select rolname from pg_roles where rolname = 'reader' loop execute 'drop owned by reader; drop role reader'; end loop;
  execute format('grant connect on database %I to public', current_database());
end $$;
create schema public;
`;

/** Clears whatever an earlier test left in the database `postgres` of the server. */
export async function newReadinessSource(server: PostgresServer): Promise<ReadinessSource> {
  const database = "postgres";
  const uri = server.uri();
  const client = new Client(uri);
  // A test may restart the server.
  client.on("error", () => {});
  await client.connect();
  await client.query(CLEAN);
  await client.query(HEALTHY);
  return {
    ...{ server, database, uri, password: PASSWORD },
    config: { "clickpipes:connectionUri": uri },
    args: { role: "reader", password: PASSWORD, publication: "pipe" },
    run: async (sql) => {
      const result: unknown = await client.query(sql);
      return (Array.isArray(result) ? result.at(-1) : result).rows;
    },
    readerUri: server.uri({ database, user: "reader", password: PASSWORD }),
    stop: () => client.end(),
  };
}

/** What a `SourceReadiness` with these arguments reports now. */
export async function reportOn(source: ReadinessSource, args: object = {}): Promise<ReadinessCheck[]> {
  const readiness = new Managed("SourceReadiness", "readiness", source.config);
  const { outputs } = await readiness.up({ ...source.args, onFailure: "warn", ...args });
  return outputs.report as ReadinessCheck[];
}

/** `check: status` of each that is not ok. */
export function wrong(report: ReadinessCheck[]): string[] {
  return report.filter(({ status }) => status !== "ok").map(({ check, status }) => `${check}: ${status}`);
}
