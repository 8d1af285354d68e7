import { createConnection, type Socket } from "node:net";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { failure, markFailed, newProcess, SHORT_WAITS } from "../support/ipAllowlist/process";
import type { Managed } from "../support/managed";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { startNeonApi } from "../support/neon/api/listening";

/** This machine, which the stand-in knows by its loopback address, and an application elsewhere. */
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
const wish = (ips: string[], more: object = {}) => ({ projectId: neon.projectId, ips, whenOpen: "restrict", ...more });
const list = () => neon.project.settings.allowed_ips.ips;
const set = (...ips: string[]) => {
  neon.project.settings.allowed_ips = { ips, protected_branches_only: false };
};
const patches = () => neon.requests.filter(({ method }) => method === "PATCH");
const lines = () => said.mock.calls.flat().join("\n");

async function canConnectFrom(localAddress: string): Promise<boolean> {
  const stream = (): Socket => {
    const socket = createConnection({ host: neon.host, port: neon.port, localAddress });
    // The driver connects the socket by itself; this one is on its way already.
    socket.connect = () => socket;
    return socket;
  };
  const client = new Client({ connectionString: neon.connectionUri, stream });
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}

test("an open list is closed to all but ours, and opened again on delete with consent only", async () => {
  const resource = await allowlist();
  expect((await resource.up(wish([HERE]))).outputs.effective).toBe("restricted");
  expect(list()).toEqual([HERE]);
  expect([await canConnectFrom(HERE), await canConnectFrom(ELSEWHERE)]).toEqual([true, false]);
  expect(await resource.refresh()).toBe(false);
  expect(await failure(resource.destroy())).toContain("would be empty, and so open to the world");
  await resource.up(wish([HERE], { allowOpenOnDelete: true }));
  await resource.destroy();
  expect(list()).toEqual([]);
});

test("a preview says that it will be closed, and to whom", async () => {
  await (await allowlist()).check(wish([HERE, "192.0.2.1"]));
  expect(lines()).toContain(
    "is empty, so everybody may connect; `pulumi up` closes it to all but 127.0.0.1, 192.0.2.1",
  );
  expect(patches()).toEqual([]);
});

test("being shut out ourselves is noticed, and ours are taken out again", async () => {
  const resource = await allowlist();
  const message = await failure(resource.up(wish([ELSEWHERE])));
  expect(message).toMatch(
    /this machine could not connect to 127.0.0.1 any more \(This IP address 127.0.0.1 is not allowed.*\), so our addresses were taken out again, and the list is open as before/,
  );
  expect(message).toContain("Add this machine's address to `ips`");
  expect(list()).toEqual([]);
  expect(resource.state).toBeUndefined();
  expect(await canConnectFrom(HERE)).toBe(true);
});

test("what somebody else put in meanwhile stays when ours are taken out again", async () => {
  neon.faults.add({ method: "PATCH", after: () => set(...(list() ?? []), "203.0.113.5") });
  expect(await failure((await allowlist()).up(wish([ELSEWHERE])))).toContain("so our addresses were taken out again.");
  expect(list()).toEqual(["203.0.113.5"]);
});

test("being shut out while Neon refuses to open it again is said as loud as can be, and the next run mends it", async () => {
  const resource = await allowlist();
  neon.faults.add({ method: "PATCH", skip: 1, status: 409, times: 1000 });
  expect(await failure(resource.up(wish([ELSEWHERE])))).toMatch(
    /taking our addresses out again failed too .*HTTP 409.*: the list is closed, so correct it in Neon's console at once/,
  );
  expect(list()).toEqual([ELSEWHERE]);
  neon.faults.clear();
  markFailed(resource);
  expect(await failure(resource.up(wish([ELSEWHERE])))).toContain("the list is open as before");
  expect(list()).toEqual([]);
  expect((await resource.up(wish([ELSEWHERE, HERE]))).outputs.effective).toBe("restricted");
});

test("ours are known to be out again, also where an earlier run had put them in", async () => {
  const resource = await allowlist();
  neon.faults.add({ method: "PATCH", after: () => neon.faults.add({ method: "GET", status: 500, times: 4 }) });
  expect(await failure(resource.up(wish([ELSEWHERE])))).toContain("HTTP 500");
  expect(resource.outputs.added).toEqual([ELSEWHERE]);
  markFailed(resource);
  expect(await failure(resource.up(wish([ELSEWHERE])))).toContain("the list is open as before");
  expect(resource.outputs).toMatchObject({ effective: "open", added: [] });
});

test("ours are known to be out again, also where Neon does not answer any more after that", async () => {
  const resource = await allowlist();
  neon.faults.add({ method: "PATCH", skip: 1, after: () => neon.faults.add({ method: "GET", status: 500, times: 4 }) });
  expect(await failure(resource.up(wish([ELSEWHERE])))).toContain("the list is open as before");
  expect(resource.state).toBeUndefined();
  expect(list()).toEqual([]);
});

test("where we cannot even connect before, nothing is closed", async () => {
  const wrong = neon.connectionUri.replace(/:[^:@/]+@/, ":wrong-password@");
  const message = await failure((await allowlist({ "clickpipes:connectionUri": wrong })).up(wish([HERE])));
  expect(message).toMatch(/cannot connect to 127.0.0.1:\d+.*the password was refused/);
  expect(patches()).toEqual([]);
});

test("where the connection is to another project, and so would prove nothing, nothing is closed", async () => {
  const other = await startNeonApi();
  const resource = await allowlist(other.config);
  expect(await failure(resource.up(wish([HERE], { projectId: other.projectId })))).toBe(
    `127.0.0.1 says that it belongs to Neon project ${neon.projectId}, and not to ${other.projectId}. Nothing was changed: ` +
      "correct `projectId` or the connection",
  );
  expect(other.project.settings.allowed_ips.ips).toEqual([]);
  expect(resource.state).toBeUndefined();
  await other.stop();
});

test("a list emptied by somebody since is not closed again, until a refresh has shown it", async () => {
  const resource = await allowlist();
  await resource.up(wish([HERE]));
  set();
  expect(await failure(resource.up(wish([HERE, "192.0.2.1"])))).toMatch(
    /was emptied by somebody, so it is open to the world now. It is not closed again unasked: run `pulumi refresh`/,
  );
  expect(list()).toEqual([]);
  expect(await resource.refresh()).toBe(true);
  expect(resource.drift.join()).toContain("open to the world, and `pulumi up` closes it to all but 127.0.0.1");
  expect((await resource.up(wish([HERE, "192.0.2.1"]))).outputs.effective).toBe("restricted");
  expect(list()).toEqual([HERE, "192.0.2.1"]);
});

test("a list emptied by somebody just after we closed it is not closed again", async () => {
  neon.faults.add({ method: "PATCH", after: () => set() });
  expect(await failure((await allowlist()).up(wish([HERE])))).toContain("was emptied by somebody");
  expect(list()).toEqual([]);
  expect(patches()).toHaveLength(1);
});

test("what is back after somebody emptied the list while we wrote is theirs, and stays on delete", async () => {
  set("10.0.0.1");
  const resource = await allowlist();
  await resource.up(wish(["192.0.2.1"]));
  neon.faults.add({ method: "PATCH", after: () => set() });
  expect(await failure(resource.up(wish(["192.0.2.1", HERE])))).toContain("was emptied by somebody");
  set("10.0.0.1", "192.0.2.1", HERE);
  await resource.destroy();
  expect(list()).toEqual(["10.0.0.1", "192.0.2.1", HERE]);
});

test("closing whose answer was lost is decided by reading, and proved all the same", async () => {
  neon.faults.add({ method: "PATCH", cut: "after" });
  expect(await failure((await allowlist()).up(wish([ELSEWHERE])))).toContain("the list is open as before");
  expect(list()).toEqual([]);
});

test("a list that somebody had closed is merged with, and not said to be closed by us", async () => {
  set("127.0.0.0/8");
  const resource = await allowlist();
  await resource.up(wish(["192.0.2.1"]));
  expect(list()).toEqual(["127.0.0.0/8", "192.0.2.1"]);
  await resource.destroy();
  expect(list()).toEqual(["127.0.0.0/8"]);
});

test("a restart of the compute by the same run is not mistaken for being shut out", async () => {
  neon.operations.stateMs = 300;
  neon.compute.coldStartMs = 300;
  const process = await newProcess({ ...SHORT_WAITS, secondLook: 200 });
  const replication = process.resource("replication", { kind: "LogicalReplication", config: neon.config });
  const resource = process.resource("allowlist", { config: neon.config });
  const [on, closed] = await Promise.all([
    replication.up({ projectId: neon.projectId, allowRestart: true }),
    resource.up(wish([HERE])),
  ]);
  expect(on.outputs.walLevel).toBe("logical");
  expect(closed.outputs.effective).toBe("restricted");
  expect(list()).toEqual([HERE]);
});
