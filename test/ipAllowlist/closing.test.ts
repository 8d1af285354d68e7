import { createConnection, type Socket } from "node:net";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { failure, markFailed, newProcess, SHORT_WAITS } from "../support/ipAllowlist/process";
import type { Managed } from "../support/managed";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { startNeonApi } from "../support/neon/api/listening";

/** This machine, which the stand-in knows by its loopback address, and an application on another machine. */
const [HERE, ELSEWHERE] = ["127.0.0.1", "127.0.0.9"];
let neon: LocalNeon;
let said: MockInstance<typeof console.error>;
let names = 0;

beforeAll(async () => {
  neon = await startLocalNeon({ version: 18 });
});
afterAll(() => neon?.stop());
beforeEach(() => {
  said = vi.spyOn(console, "error").mockImplementation(() => {});
  set();
  neon.requests.length = 0;
});
afterEach(() => {
  said.mockRestore();
  neon.faults.clear();
});

const allowlist = async (changes?: Record<string, string>): Promise<Managed> =>
  (await newProcess()).resource(`allowlist ${names++}`, { config: { ...neon.config, ...changes } });
const args = (ips: string[], more: object = {}) => ({ projectId: neon.projectId, ips, whenOpen: "restrict", ...more });
const list = () => neon.project.settings.allowed_ips.ips;
const set = (...ips: string[]) => {
  neon.project.settings.allowed_ips = { ips, protected_branches_only: false };
};
const patches = () => neon.requests.filter(({ method }) => method === "PATCH");
const lines = () => said.mock.calls.flat().join("\n");

async function canConnectFrom(localAddress: string): Promise<boolean> {
  const stream = (): Socket => {
    const socket = createConnection({ host: neon.host, port: neon.port, localAddress });
    // The driver connects sockets itself, but this one is connecting already.
    socket.connect = () => socket;
    return socket;
  };
  const client = new Client({ connectionString: neon.connectionUri, stream });
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}

test("an open list is closed to all other addresses, and delete opens it again only with `allowOpenOnDelete`", async () => {
  const resource = await allowlist();
  expect((await resource.up(args([HERE]))).outputs.effective).toBe("restricted");
  expect(list()).toEqual([HERE]);
  expect([await canConnectFrom(HERE), await canConnectFrom(ELSEWHERE)]).toEqual([true, false]);
  expect(await resource.refresh()).toBe(false);
  expect(await failure(resource.destroy())).toContain("empty, and so open to the world");
  await resource.up(args([HERE], { allowOpenOnDelete: true }));
  await resource.destroy();
  expect(list()).toEqual([]);
});

test("a preview warns that the list will be closed, and to which addresses", async () => {
  await (await allowlist()).check(args([HERE, "192.0.2.1"]));
  expect(lines()).toContain("is empty, so anyone can connect.\n`pulumi up` restricts it to 127.0.0.1, 192.0.2.1.");
  expect(patches()).toEqual([]);
});

test("if this machine is shut out, the addresses are removed again", async () => {
  const resource = await allowlist();
  const message = await failure(resource.up(args([ELSEWHERE])));
  expect(message).toMatch(
    /closed, this machine could no longer connect to 127\.0\.0\.1\.\nThe error was: This IP address 127\.0\.0\.1 is not allowed.*\nThis resource's addresses were removed again, and the list is open as before\.\n/,
  );
  expect(message).toContain("Add this machine's address to `ips`");
  expect(list()).toEqual([]);
  expect(resource.state).toBeUndefined();
  expect(await canConnectFrom(HERE)).toBe(true);
});

test("an entry that another user added stays when the addresses are removed again", async () => {
  neon.faults.add({ method: "PATCH", after: () => set(...(list() ?? []), "203.0.113.5") });
  expect(await failure((await allowlist()).up(args([ELSEWHERE])))).toContain(
    "\nThis resource's addresses were removed again.\n",
  );
  expect(list()).toEqual(["203.0.113.5"]);
});

test("if Neon refuses to open the list again, the error says that it is still closed, and the next run fixes it", async () => {
  const resource = await allowlist();
  neon.faults.add({ method: "PATCH", skip: 1, status: 409, times: 1000 });
  expect(await failure(resource.up(args([ELSEWHERE])))).toMatch(
    /\nUndoing the change failed too\.\n[\s\S]*HTTP 409[\s\S]*\nThe list is still closed, so correct it in Neon's console at once\.\n/,
  );
  expect(list()).toEqual([ELSEWHERE]);
  neon.faults.clear();
  markFailed(resource);
  expect(await failure(resource.up(args([ELSEWHERE])))).toContain("the list is open as before");
  expect(list()).toEqual([]);
  expect((await resource.up(args([ELSEWHERE, HERE]))).outputs.effective).toBe("restricted");
});

test("the state records that the addresses are removed, even if an earlier run added them", async () => {
  const resource = await allowlist();
  neon.faults.add({ method: "PATCH", after: () => neon.faults.add({ method: "GET", status: 500, times: 4 }) });
  expect(await failure(resource.up(args([ELSEWHERE])))).toContain("HTTP 500");
  expect(resource.outputs.added).toEqual([ELSEWHERE]);
  markFailed(resource);
  expect(await failure(resource.up(args([ELSEWHERE])))).toContain("the list is open as before");
  expect(resource.outputs).toMatchObject({ effective: "open", added: [] });
});

test("the state records that the addresses are removed, even if Neon does not answer any more after that", async () => {
  const resource = await allowlist();
  neon.faults.add({ method: "PATCH", skip: 1, after: () => neon.faults.add({ method: "GET", status: 500, times: 4 }) });
  expect(await failure(resource.up(args([ELSEWHERE])))).toContain("the list is open as before");
  expect(resource.state).toBeUndefined();
  expect(list()).toEqual([]);
});

test("if this machine cannot connect beforehand, nothing is closed", async () => {
  const wrong = neon.connectionUri.replace(/:[^:@/]+@/, ":wrong-password@");
  const message = await failure((await allowlist({ "clickpipes:connectionUri": wrong })).up(args([HERE])));
  expect(message).toMatch(/cannot connect to 127.0.0.1:\d+.*the password was refused/);
  expect(patches()).toEqual([]);
});

test("if the connection is to another project, it would prove nothing, so nothing is closed", async () => {
  const other = await startNeonApi();
  const resource = await allowlist(other.config);
  expect(await failure(resource.up(args([HERE], { projectId: other.projectId })))).toBe(
    `127.0.0.1 reports that it belongs to Neon project ${neon.projectId}, not to ${other.projectId}.\n` +
      "Correct `projectId` or the connection.\nNothing was changed.",
  );
  expect(other.project.settings.allowed_ips.ips).toEqual([]);
  expect(resource.state).toBeUndefined();
  await other.stop();
});

test("a list that another user emptied is not closed again until a refresh has shown it", async () => {
  const resource = await allowlist();
  await resource.up(args([HERE]));
  set();
  expect(await failure(resource.up(args([HERE, "192.0.2.1"])))).toMatch(
    /was emptied by another user, so it is open to the world now\.\nThe provider does not close it again unless you confirm it\.\nRun `pulumi refresh`/,
  );
  expect(list()).toEqual([]);
  expect(await resource.refresh()).toBe(true);
  expect(resource.drift.join()).toContain("open to the world; `pulumi up` restricts it to 127.0.0.1");
  expect((await resource.up(args([HERE, "192.0.2.1"]))).outputs.effective).toBe("restricted");
  expect(list()).toEqual([HERE, "192.0.2.1"]);
});

test("a list that another user emptied right after it was closed is not closed again", async () => {
  neon.faults.add({ method: "PATCH", after: () => set() });
  expect(await failure((await allowlist()).up(args([HERE])))).toContain("was emptied by another user");
  expect(list()).toEqual([]);
  expect(patches()).toHaveLength(1);
});

test("entries that another user adds again after emptying the list during a write are theirs, and stay on delete", async () => {
  set("10.0.0.1");
  const resource = await allowlist();
  await resource.up(args(["192.0.2.1"]));
  neon.faults.add({ method: "PATCH", after: () => set() });
  expect(await failure(resource.up(args(["192.0.2.1", HERE])))).toContain("was emptied by another user");
  set("10.0.0.1", "192.0.2.1", HERE);
  await resource.destroy();
  expect(list()).toEqual(["10.0.0.1", "192.0.2.1", HERE]);
});

test("if the answer to the closing write is lost, a read shows that it was carried out, and a connection still proves it", async () => {
  neon.faults.add({ method: "PATCH", cut: "after" });
  expect(await failure((await allowlist()).up(args([ELSEWHERE])))).toContain("the list is open as before");
  expect(list()).toEqual([]);
});

test("addresses are merged into a list that another user closed, and delete leaves it closed", async () => {
  set("127.0.0.0/8");
  const resource = await allowlist();
  await resource.up(args(["192.0.2.1"]));
  expect(list()).toEqual(["127.0.0.0/8", "192.0.2.1"]);
  await resource.destroy();
  expect(list()).toEqual(["127.0.0.0/8"]);
});

test("a restart of the compute by the same run does not count as being shut out", async () => {
  neon.operations.stateMs = 300;
  neon.compute.coldStartMs = 300;
  const process = await newProcess({ ...SHORT_WAITS, secondLook: 200 });
  const replication = process.resource("replication", { kind: "LogicalReplication", config: neon.config });
  const resource = process.resource("allowlist", { config: neon.config });
  const [on, closed] = await Promise.all([
    replication.up({ projectId: neon.projectId, allowRestart: true }),
    resource.up(args([HERE])),
  ]);
  expect(on.outputs.walLevel).toBe("logical");
  expect(closed.outputs.effective).toBe("restricted");
  expect(list()).toEqual([HERE]);
});
