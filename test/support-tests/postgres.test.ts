import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { Client } from "pg";
import { expect, test } from "vitest";
import { POSTGRES_VERSIONS, type PostgresServer, startPostgres } from "../support/postgres/servers";

async function show(server: PostgresServer, setting: string): Promise<string> {
  const client = new Client(server.uri());
  await client.connect();
  try {
    const { rows } = await client.query("select current_setting($1) as value", [setting]);
    return rows[0].value;
  } finally {
    await client.end();
  }
}

const refuses = async (port: number): Promise<void> => {
  const client = new Client({ host: "127.0.0.1", port, user: "cloud_admin", password: "x", database: "postgres" });
  await expect(client.connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
};

test.each(POSTGRES_VERSIONS)("Postgres %i starts, takes settings, and leaves nothing when stopped", async (version) => {
  const server = await startPostgres({ version, settings: { log_statement: "all", application_name: "it's" } });
  expect(await show(server, "server_version_num")).toMatch(new RegExp(`^${version}`));
  expect(await show(server, "application_name")).toBe("it's");
  await server.configure({ wal_level: "logical" });
  expect(await show(server, "wal_level")).toBe("logical");
  expect(await server.log()).toContain("current_setting");
  await server.stop();
  await refuses(server.port);
  expect(existsSync(server.dataDirectory)).toBe(false);
});

test("a paused server refuses connections and resumes with its data on the same port", async () => {
  const server = await startPostgres({ version: 18 });
  await server.configure({ work_mem: "5MB" });
  await server.pause();
  await refuses(server.port);
  await server.resume();
  expect(await show(server, "work_mem")).toBe("5MB");
  await server.restart("immediate");
  expect(await show(server, "work_mem")).toBe("5MB");
  await server.stop();
});

test("a wrong password is refused on every connection over the network", async () => {
  const server = await startPostgres({ version: 14 });
  const client = new Client(server.uri({ password: "wrong" }));
  await expect(client.connect()).rejects.toMatchObject({ code: "28P01" });
  await server.stop();
});

test("several servers start at once", async () => {
  const servers = await Promise.all([16, 16, 17].map((version) => startPostgres({ version: version as 16 | 17 })));
  expect(new Set(servers.map(({ port }) => port)).size).toBe(3);
  await Promise.all(servers.map((server) => server.stop()));
});

const PROGRAM = `
  require("tsx/cjs");
  require(${JSON.stringify(require.resolve("../support/postgres/servers.ts"))}).startPostgres({ version: 17 }).then((server) => {
    console.log(JSON.stringify({ port: server.port, dataDirectory: server.dataDirectory }));
    setInterval(() => {}, 1000);
  });`;

test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
  "a server does not outlive a process ended by %s",
  async (signal) => {
    const child = spawn(process.execPath, ["-e", PROGRAM], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(child.stdout, "data");
    const { port, dataDirectory } = JSON.parse(String(line));
    child.kill(signal);
    await once(child, "exit");
    await expect.poll(() => existsSync(dataDirectory), { timeout: 10_000 }).toBe(false);
    await refuses(port);
  },
);
