import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type LocalNeon, startLocalNeon } from "../support/neon";

let neon: LocalNeon;

beforeAll(async () => {
  neon = await startLocalNeon({ version: 16, allowedIps: ["127.0.0.0/8"] });
});
afterEach(async () => {
  neon.faults.clear();
  await neon.operations.idle();
});
afterAll(() => neon?.stop());

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answers.
  body: any;
}

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(neon.apiUrl + path, {
    method,
    headers: {
      Authorization: `Bearer ${neon.apiKey}`,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

const project = (): string => `/projects/${neon.projectId}`;
const rename = (name: string) => call("PATCH", project(), { project: { name } });
const settings = (value: unknown) => call("PATCH", project(), { project: { settings: value } });

test("every answer has the shape of Neon's document", async () => {
  for (const path of [
    ...["", "/branches", `/branches/${neon.branchId}`, `/branches/${neon.branchId}/endpoints`, "/endpoints"],
    ...[`/endpoints/${neon.endpointId}`, "/operations?limit=10", `/branches/${neon.branchId}/roles`],
    ...[
      `/branches/${neon.branchId}/roles/neondb_owner`,
      `/branches/${neon.branchId}/roles/neondb_owner/reveal_password`,
    ],
    "/connection_uri?database_name=neondb&role_name=neondb_owner",
  ]) {
    expect(await call("GET", project() + path), path).toMatchObject({ status: 200 });
  }
  await call("POST", `${project()}/endpoints/${neon.endpointId}/suspend`);
  await neon.operations.idle();
  await call("POST", `${project()}/endpoints/${neon.endpointId}/start`);
  const page = await call("GET", `${project()}/operations?limit=1`);
  expect(page.body.operations).toMatchObject([{ action: "start_compute" }]);
  const next = await call("GET", `${project()}/operations?limit=1&cursor=${page.body.pagination.cursor}`);
  expect(next.body.operations).toMatchObject([{ action: "suspend_compute" }]);
  const { body } = await call("GET", `${project()}/connection_uri?database_name=neondb&role_name=neondb_owner`);
  expect(body.uri).toBe(neon.connectionUri);
});

test.each([
  ["an unknown field", { project: { settings: { allowed_ip: {} } } }],
  ["an unknown field deep down", { project: { settings: { allowed_ips: { ips: [], primary_branch_only: true } } } }],
  ["an unknown field at the top", { project: {}, other: 1 }],
  ["a wrong type", { project: { settings: { enable_logical_replication: "yes" } } }],
  ["a list of numbers", { project: { settings: { allowed_ips: { ips: [1] } } } }],
  ["no project", {}],
  ["a number out of range", { project: { history_retention_seconds: -1 } }],
  ["broken JSON", "{"],
])("a request with %s is refused", async (_, body) => {
  expect(await call("PATCH", project(), body)).toMatchObject({
    status: 400,
    body: { code: "", message: expect.any(String) },
  });
});

test("a stray query parameter, a path that does not exist and a body that is not expected are refused", async () => {
  expect(await call("GET", `${project()}?verbose=1`)).toMatchObject({ status: 400 });
  expect(await call("GET", `${project()}/operations?limit=0`)).toMatchObject({ status: 400 });
  expect(await call("GET", "/project")).toMatchObject({ status: 404 });
  expect(await call("PUT", project(), {})).toMatchObject({ status: 404 });
  expect(await call("POST", `${project()}/endpoints/${neon.endpointId}/start`, {})).toMatchObject({ status: 400 });
  expect(await call("GET", `${project()}/branches/br-other`)).toMatchObject({ status: 404 });
});

test("faults strike the requests they are meant for, in order", async () => {
  neon.faults.add({ method: "PATCH", status: 429, retryAfter: "2", times: 2 });
  neon.faults.add({ method: "PATCH", path: /projects/, status: 503, skip: 1 });
  expect(await call("GET", project())).toMatchObject({ status: 200 });
  const first = await rename("a");
  expect(first).toMatchObject({ status: 429, body: { code: "" } });
  expect(first.headers.get("retry-after")).toBe("2");
  expect(await rename("a")).toMatchObject({ status: 429 });
  expect(await rename("a")).toMatchObject({ status: 200 });
  expect(await rename("b")).toMatchObject({ status: 503 });
  expect(await rename("c")).toMatchObject({ status: 200, body: { project: { name: "c" } } });
});

test("a connection is cut before or after the write", async () => {
  neon.faults.add({ method: "PATCH", cut: "before" });
  neon.faults.add({ method: "PATCH", cut: "after" });
  await expect(rename("before")).rejects.toThrow();
  expect((await call("GET", project())).body.project.name).not.toBe("before");
  await expect(rename("after")).rejects.toThrow();
  expect((await call("GET", project())).body.project.name).toBe("after");
});

test("an outside writer may come between a GET and its PATCH, and loses", async () => {
  neon.faults.add({
    method: "PATCH",
    before: () => {
      neon.project.settings.allowed_ips = { ips: ["127.0.0.0/8", "192.0.2.7"], protected_branches_only: false };
    },
  });
  const { ips } = (await call("GET", project())).body.project.settings.allowed_ips;
  await settings({ allowed_ips: { ips: [...ips, "192.0.2.1"], protected_branches_only: false } });
  expect(neon.project.settings.allowed_ips.ips).toEqual(["127.0.0.0/8", "192.0.2.1"]);
});

test("requests are recorded without the key", async () => {
  neon.requests.length = 0;
  await rename("recorded");
  expect(neon.requests).toMatchObject([
    { method: "PATCH", path: project(), body: { project: { name: "recorded" } }, status: 200 },
  ]);
  expect(JSON.stringify(neon.requests)).not.toContain(neon.apiKey);
});

test("an idle compute is woken by a connection, and not by the API's reads", async () => {
  const { body } = await call("POST", `${project()}/endpoints/${neon.endpointId}/suspend`);
  expect(body.operations).toMatchObject([{ action: "suspend_compute", status: "scheduling" }]);
  await neon.operations.idle();
  const state = async (): Promise<string> =>
    (await call("GET", `${project()}/endpoints/${neon.endpointId}`)).body.endpoint.current_state;
  expect(await state()).toBe("idle");
  neon.compute.coldStartMs = 200;
  const begun = performance.now();
  const client = new Client(neon.connectionUri);
  await client.connect();
  expect(performance.now() - begun).toBeGreaterThan(199);
  neon.compute.coldStartMs = 0;
  expect(await state()).toBe("active");
  await client.end();
});

test("the API makes administrators, resets their passwords, drops connections and deletes them", async () => {
  const roles = `${project()}/branches/${neon.branchId}/roles`;
  const watching = new Client(neon.connectionUri);
  const lost = new Promise((resolve) => watching.on("error", resolve));
  await watching.connect();
  const made = await call("POST", roles, { role: { name: "api_made" } });
  expect(made).toMatchObject({
    status: 201,
    body: { role: { name: "api_made" }, operations: [{ action: "apply_config" }] },
  });
  expect(await call("POST", roles, { role: { name: "other" } })).toMatchObject({ status: 423 });
  await lost;
  await neon.operations.idle();

  const client = new Client(neon.uri({ user: "api_made", password: made.body.role.password }));
  client.on("error", () => {});
  await client.connect();
  const { rows } = await client.query(
    "select rolbypassrls, pg_has_role('neon_superuser', 'member') as admin from pg_roles where rolname = current_user",
  );
  expect(rows).toEqual([{ rolbypassrls: true, admin: true }]);

  const reset = await call("POST", `${roles}/api_made/reset_password`);
  await neon.operations.idle();
  expect((await call("GET", `${roles}/api_made/reveal_password`)).body.password).toBe(reset.body.role.password);
  await expect(
    new Client(neon.uri({ user: "api_made", password: made.body.role.password })).connect(),
  ).rejects.toMatchObject({ code: "28P01" });

  expect(await call("DELETE", `${roles}/api_made`)).toMatchObject({ status: 200 });
  await neon.operations.idle();
  expect(await call("DELETE", `${roles}/api_made`)).toEqual(expect.objectContaining({ status: 204 }));
  expect(await call("POST", roles, { role: { name: "pg_mine" } })).toMatchObject({ status: 400 });
  expect(await call("POST", roles, { role: { name: "neondb_owner" } })).toMatchObject({ status: 409 });
});

test("an operation fails on request, for good or until it is tried again", async () => {
  const suspend = async (): Promise<string> => {
    const { body } = await call("POST", `${project()}/endpoints/${neon.endpointId}/suspend`);
    return `${project()}/operations/${body.operations[0].id}`;
  };
  neon.operations.failNext({ status: "error", message: "no capacity" });
  const failing = await suspend();
  await neon.operations.idle();
  expect((await call("GET", failing)).body.operation).toMatchObject({
    status: "error",
    error: "no capacity",
    failures_count: 1,
  });
  expect(neon.compute.state).toBe("active");

  neon.operations.failNext({ retried: true });
  const retried = await suspend();
  await expect.poll(async () => (await call("GET", retried)).body.operation.status, { interval: 5 }).toBe("failed");
  await neon.operations.idle();
  expect((await call("GET", retried)).body.operation).toMatchObject({ status: "finished", failures_count: 1 });
  expect(neon.compute.state).toBe("idle");
});
