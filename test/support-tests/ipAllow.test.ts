import { createConnection, type Socket } from "node:net";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { allows } from "../support/neon/ipAllow";

let neon: LocalNeon;

beforeAll(async () => {
  neon = await startLocalNeon({ version: 18, allowedIps: ["127.0.0.9"] });
});
afterAll(() => neon?.stop());

/** Connects from one of the loopback's addresses, each of which plays another client. */
async function connectFrom(localAddress: string): Promise<Client> {
  const stream = (): Socket => {
    const socket = createConnection({ host: neon.host, port: neon.port, localAddress });
    // The driver connects the socket by itself; this one is on its way already.
    socket.connect = () => socket;
    return socket;
  };
  const client = new Client({ connectionString: neon.connectionUri, stream });
  await client.connect();
  return client;
}

const setAllowed = async (allowed_ips: unknown): Promise<number> => {
  const response = await fetch(`${neon.apiUrl}/projects/${neon.projectId}`, {
    method: "PATCH",
    headers: { Authorization: `Bearer ${neon.apiKey}`, "Content-Type": "application/json" },
    body: JSON.stringify({ project: { settings: { allowed_ips } } }),
  });
  return response.status;
};

test("the list decides at the time of connecting who gets in, by the client's address", async () => {
  const allowed = await connectFrom("127.0.0.9");
  await expect(connectFrom("127.0.0.1")).rejects.toMatchObject({
    code: "XX000",
    message:
      "This IP address 127.0.0.1 is not allowed to connect to this endpoint. Please add it to the allowed list in the " +
      "Neon console. Make sure to check for IPv4 or IPv6 addresses.",
  });
  expect(await setAllowed({ ips: ["127.0.0.0-127.0.0.2", "no address"], protected_branches_only: false })).toBe(200);
  await (await connectFrom("127.0.0.1")).end();
  await expect(connectFrom("127.0.0.9")).rejects.toThrow("127.0.0.9 is not allowed");
  await allowed.query("select 1");
  await allowed.end();
});

test("an object without ips empties the list, which lets everybody in", async () => {
  expect(await setAllowed({ ips: ["10.0.0.1"] })).toBe(200);
  await expect(connectFrom("127.0.0.9")).rejects.toThrow("not allowed");
  expect(await setAllowed({ protected_branches_only: true })).toBe(200);
  expect(neon.project.settings.allowed_ips).toEqual({ protected_branches_only: true });
  await (await connectFrom("127.0.0.9")).end();
});

test("a list for protected branches does not govern a branch that is not", async () => {
  expect(await setAllowed({ ips: ["10.0.0.1"], protected_branches_only: true })).toBe(200);
  await (await connectFrom("127.0.0.9")).end();
});

test("blocked public connections supersede the list", async () => {
  neon.project.settings.block_public_connections = true;
  await expect(connectFrom("127.0.0.9")).rejects.toThrow("from a blocked network");
  neon.project.settings.block_public_connections = false;
});

test.each([
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
  ["192.0.2.1/24", "192.0.2.200", true],
  ["192.0.2.0/25", "192.0.2.200", false],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["0.0.0.0/0", "2001:db8::1", false],
  ["192.0.2.1-192.0.2.9", "192.0.2.9", true],
  ["192.0.2.1-192.0.2.9", "192.0.2.10", false],
  ["192.0.2.9-192.0.2.1", "192.0.2.5", false],
  ["2001:db8::1", "2001:0db8:0:0::1", true],
  ["2001:db8::/32", "2001:db8:ffff::", true],
  ["2001:db8::/32", "2001:db9::", false],
  ["::ffff:192.0.2.1", "::ffff:c000:201", true],
  ["2001:db8::1-2001:db8::ff", "2001:db8::10", true],
  ["192.0.2.1/33", "192.0.2.1", false],
  ["192.0.2.1/", "192.0.2.1", false],
  [" 192.0.2.1", "192.0.2.1", false],
  ["192.0.2.01", "192.0.2.1", false],
  ["192.0.2.1 - 192.0.2.9", "192.0.2.5", false],
  ["fe80::1%lo", "fe80::1", false],
  ["", "192.0.2.1", false],
])("the entry %j says of %s: %s", (entry, address, expected) => {
  expect(allows([entry], address)).toBe(expected);
});
