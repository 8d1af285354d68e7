import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resolveSettings } from "../../provider/lifecycle/settings";
import type { PostgresSettings } from "../../provider/postgres/connectionSettings";
import { Connections } from "../../provider/postgres/connections";
import { Connector } from "../../provider/postgres/connector";

let silent: Server;
const sockets: Socket[] = [];

beforeEach(async () => {
  silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await new Promise((listening) => silent.once("listening", listening));
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  silent.close();
});

test("a server that does not answer is reported at intervals, until the attempt fails", async () => {
  const { port } = silent.address() as AddressInfo;
  const config: Record<string, string> = {
    connectionUri: `postgres://admin:secret@127.0.0.1:${port}/app`,
    connectTimeout: "1",
  };
  const { postgres } = resolveSettings(
    (name) => config[name],
    () => undefined,
  );
  const said: string[] = [];
  const connections = new Connections(postgres as PostgresSettings, new Connector(), (text) => said.push(text), 50);
  await expect(connections.read((session) => session.ask())).rejects.toThrow();
  expect(said.length).toBeGreaterThan(1);
  expect(new Set(said.map((text) => text.replace(/\d+ s/, "… s")))).toEqual(
    new Set([`waiting for 127.0.0.1:${port} to accept a connection (… s so far)`]),
  );
  const { length } = said;
  await new Promise((later) => setTimeout(later, 150));
  expect(said).toHaveLength(length);
});
