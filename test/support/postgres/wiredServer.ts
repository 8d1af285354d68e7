import { Client } from "pg";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { PostgresSettings } from "../../../provider/postgres/connectionSettings";
import { Connections } from "../../../provider/postgres/connections";
import { Connector } from "../../../provider/postgres/connector";
import { type Statement, statement } from "../../../provider/postgres/sql/statement";
import { startWire, type Wire } from "../wire/recording";
import { type PostgresServer, startPostgres } from "./servers";

const LIMITS = { connectTimeout: 10, statementTimeout: 10, lockTimeout: 0.3, deleteTimeout: 1, maxConnections: 1 };

/** A server behind a wire that counts, with a table to count in; `client` goes to it past the wire. */
export interface WiredServer {
  server: PostgresServer;
  wire: Wire;
  client: Client;
  settings: PostgresSettings;
  connector: Connector;
  using<T>(work: (connections: Connections) => Promise<T>, changed?: Partial<PostgresSettings>): Promise<T>;
  counted(): Promise<number>;
}

export const insert = (n: number): Statement => statement("insert into public.counter values ($1)", [n]);

/** Started before all tests of the file, emptied before each, stopped after all. */
export function useWiredServer(): WiredServer {
  const wired = {} as WiredServer;
  beforeAll(async () => {
    const server = await startPostgres({ version: 17 });
    const wire = await startWire(server);
    const { user, password } = server.superuser;
    const place = { host: wire.host, port: wire.port, database: "postgres" };
    const settings: PostgresSettings = { ...place, user, password, sslmode: "disable", ...LIMITS };
    const connector = new Connector();
    const client = new Client(server.uri());
    client.on("error", () => {});
    await client.connect();
    await client.query("create table public.counter (n int)");
    await client.query("create table public.busy (id int)");
    await client.query("create database second");
    Object.assign(wired, {
      ...{ server, wire, client, settings, connector },
      async using<T>(work: (connections: Connections) => Promise<T>, changed: Partial<PostgresSettings> = {}) {
        const connections = new Connections({ ...settings, ...changed }, connector);
        return work(connections).finally(() => connections.close());
      },
      counted: async () => Number((await client.query("select count(*) as n from public.counter")).rows[0].n),
    });
  });
  beforeEach(async () => {
    await wired.client.query("delete from public.counter");
    wired.wire.reset();
  });
  afterAll(async () => {
    await wired.client?.end();
    await wired.wire?.stop();
    await wired.server?.stop();
  });
  return wired;
}
