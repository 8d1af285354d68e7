import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { createApiDatabase } from "../support/postgres/neonRoles";

let neon: LocalNeon;

beforeAll(async () => {
  neon = await startLocalNeon();
});
afterAll(() => neon?.stop());

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answers.
  body: any;
}

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(neon.apiUrl + path, {
    method,
    headers: { Authorization: `Bearer ${neon.apiKey}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

async function rows(uri: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client(uri);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const project = (): string => `/projects/${neon.projectId}`;

test("the project says it has no logical replication, and the database agrees", async () => {
  const { status, body } = await call("GET", project());
  expect(status).toBe(200);
  expect(body.project.settings).toMatchObject({ enable_logical_replication: false });
  expect(await rows(neon.connectionUri, "show wal_level")).toEqual([{ wal_level: "replica" }]);
  expect(await rows(neon.superuserUri, "select current_user::text")).toEqual([{ current_user: "cloud_admin" }]);
});

test("turning logical replication on restarts Postgres, cutting connections, through operations that lock the project", async () => {
  const client = new Client(neon.connectionUri);
  await client.connect();
  const lost = new Promise((resolve) => client.on("error", resolve));
  const settings = { project: { settings: { enable_logical_replication: true } } };
  const { status, body } = await call("PATCH", project(), settings);
  expect(status).toBe(200);
  expect(body.operations.map(({ action }: { action: string }) => action)).toEqual(["apply_config", "suspend_compute"]);
  expect(await call("PATCH", project(), { project: { name: "other" } })).toMatchObject({
    status: 423,
    body: { code: "", message: expect.stringContaining("conflicting operations") },
  });
  await lost;
  await expect
    .poll(async () => (await call("GET", `${project()}/operations/${body.operations[1].id}`)).body.operation.status)
    .toBe("finished");
  const { endpoints } = (await call("GET", `${project()}/endpoints`)).body;
  expect(endpoints).toMatchObject([{ host: "127.0.0.1", current_state: "idle" }]);
  expect(await rows(neon.connectionUri, "show wal_level")).toEqual([{ wal_level: "logical" }]);
  expect(
    await call("PATCH", project(), { project: { settings: { enable_logical_replication: false } } }),
  ).toMatchObject({ status: 400 });
  expect((await call("PATCH", project(), settings)).body.operations).toEqual([]);
});

test("a database that the API makes later has the same rules, and one that SQL makes is its maker's alone", async () => {
  await createApiDatabase(neon.server, { name: "second", owner: neon.owner.user });
  await rows(neon.connectionUri, "create database third");
  for (const database of ["second", "third"]) {
    const uri = neon.uri({ ...neon.owner, database });
    await expect(rows(uri, "create role weak password 'abc'")).rejects.toThrow("insecure password");
    await rows(uri, "create publication everything for all tables");
  }
  const granted = "select datname from pg_database where datacl::text like '%neon_superuser=%' order by 1";
  expect(await rows(neon.connectionUri, granted)).toEqual([{ datname: "neondb" }, { datname: "second" }]);
});

test("a wrong key is refused, and another project is not found", async () => {
  const response = await fetch(neon.apiUrl + project(), { headers: { Authorization: "Bearer wrong" } });
  expect(response.status).toBe(401);
  expect((await call("GET", "/projects/other-project-1")).status).toBe(404);
});
