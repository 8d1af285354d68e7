import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resolveSettings } from "../../provider/lifecycle/settings";
import { neonWaits } from "../../provider/neon/waits";
import type { PostgresSettings } from "../../provider/postgres/connection";
import { Connections } from "../../provider/postgres/connections";

const { progress } = neonWaits;
let silent: Server;
const sockets: Socket[] = [];

beforeEach(async () => {
  neonWaits.progress = 50;
  silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await new Promise((listening) => silent.once("listening", listening));
});
afterEach(() => {
  neonWaits.progress = progress;
  for (const socket of sockets.splice(0)) socket.destroy();
  silent.close();
});

test("says now and then that a server which does not answer is waited for, and no more once it is given up", async () => {
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
  const connections = new Connections(postgres as PostgresSettings, (text) => said.push(text));
  await expect(connections.read((session) => session.run())).rejects.toThrow();
  expect(said.length).toBeGreaterThan(1);
  expect(new Set(said.map((text) => text.replace(/\d+ s/, "… s")))).toEqual(
    new Set([`waiting for 127.0.0.1:${port} to let us in (… s so far)`]),
  );
  const { length } = said;
  await new Promise((later) => setTimeout(later, 150));
  expect(said).toHaveLength(length);
});
