import { describe, expect, test } from "vitest";
import { pauseBefore } from "../../provider/neon/retries";
import { failure, useClient } from "../support/neon/client";

const client = useClient();
const { add, tryToAdd, methods, ips } = client;

describe("what Neon refuses for now is retried", () => {
  test.each([423, 429, 503])("after HTTP %s, both reads and writes", async (status) => {
    client.api.faults.add({ method: "GET", status, times: 6 });
    client.api.faults.add({ method: "PATCH", status, times: 6 });
    await add("192.0.2.1");
    expect(ips()).toEqual(["192.0.2.1"]);
    expect(client.api.requests.filter((request) => request.status === status)).toHaveLength(12);
  });

  test("with a write that is rebuilt from the current list, so that an edit by another user is kept", async () => {
    client.api.faults.add({ method: "PATCH", status: 423, after: () => void ips()?.push("198.51.100.7") });
    await add("192.0.2.1");
    expect(methods()).toBe("GET PATCH GET PATCH GET");
    expect(ips()).toEqual(["198.51.100.7", "192.0.2.1"]);
  });

  test("until a deadline, and the last answer is the error", async () => {
    client.waits.refused = 500;
    client.api.faults.add({ method: "PATCH", status: 423, times: 1000 });
    const error = await failure(add("192.0.2.1"));
    expect(error.message).toMatch(/PATCH \S+ failed with HTTP 423: another operation .* is still running\./);
    expect(methods().split("PATCH").length).toBeGreaterThan(2);
    expect(ips()).toEqual([]);
  });

  test("after the Retry-After in seconds or as a date, and not at all if that is beyond the deadline", async () => {
    const begun = Date.now();
    client.api.faults.add({ status: 429, retryAfter: "1" });
    await client.neon.readSettings(client.api.projectId);
    // Node's timers may be a millisecond early.
    expect(Date.now() - begun).toBeGreaterThanOrEqual(999);
    const date = new Date(Date.now() + 2000).toUTCString();
    client.api.faults.add({ status: 503, retryAfter: date });
    await client.neon.readSettings(client.api.projectId);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(date) - 1);
    client.api.faults.add({ status: 429, retryAfter: "3600" });
    client.api.requests.length = 0;
    expect((await failure(client.neon.readSettings(client.api.projectId))).status).toBe(429);
    expect(methods()).toBe("GET");
  });

  test.each(["0", "-5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"])(
    "without a pause for a Retry-After of %j",
    async (retryAfter) => {
      client.waits.refused = 1000;
      client.api.faults.add({ status: 429, retryAfter });
      await client.neon.readSettings(client.api.projectId);
      expect(methods()).toBe("GET GET");
    },
  );

  test.each(["1000000000", "1e999"])("not at all for a Retry-After of %j", async (retryAfter) => {
    client.api.faults.add({ status: 429, retryAfter });
    expect((await failure(client.neon.readSettings(client.api.projectId))).status).toBe(429);
    expect(methods()).toBe("GET");
  });

  test("with full jitter that grows up to a limit, and never before Retry-After", () => {
    client.waits.pause = 500;
    const spread = (repetition: number) => Array.from({ length: 500 }, () => pauseBefore(client.waits, repetition));
    expect(Math.max(...spread(1))).toBeLessThanOrEqual(500);
    expect(Math.min(...spread(1))).toBeLessThan(100);
    expect(Math.max(...spread(3))).toBeGreaterThan(1500);
    expect(Math.max(...spread(30))).toBeLessThanOrEqual(5000);
    expect(Math.min(...Array.from({ length: 50 }, () => pauseBefore(client.waits, 1, 7000)))).toBe(7000);
  });
});

describe("what can never succeed fails right away", () => {
  test.each([400, 401, 403, 404, 409, 412, 422])("with HTTP %s, both reads and writes", async (status) => {
    client.api.faults.add({ method: "PATCH", status, body: { code: "", message: "not like this" } });
    const error = await failure(add("192.0.2.1"));
    expect(error).toMatchObject({ status, method: "PATCH" });
    expect(error.message).toMatch(
      new RegExp(` failed with HTTP ${status}\\b.*\\.\nThe answer was: not like this\\.\n`),
    );
    client.api.faults.add({ method: "GET", status });
    expect(await failure(client.neon.readSettings(client.api.projectId))).toMatchObject({ status, method: "GET" });
    expect(methods()).toBe("GET PATCH GET");
  });
});

describe("if no clear answer comes", () => {
  test.each([500, 502, 504, 520])("a read is retried a few times after HTTP %s", async (status) => {
    client.api.faults.add({ status, times: 3 });
    await client.neon.readSettings(client.api.projectId);
    expect(methods()).toBe("GET GET GET GET");
    client.api.faults.add({ status, times: 4 });
    expect(await failure(client.neon.readSettings(client.api.projectId))).toMatchObject({ status });
  });

  test("a write that was not carried out is repeated after a read", async () => {
    client.api.faults.add({ method: "PATCH", cut: "before" });
    const { writes } = await add("192.0.2.1");
    expect(methods()).toBe("GET PATCH GET GET PATCH GET");
    expect(writes).toEqual({ carriedOut: 1, unclear: 1 });
  });

  test("a write that was carried out is not repeated", async () => {
    client.api.faults.add({ method: "PATCH", cut: "after" });
    const { writes } = await add("192.0.2.1");
    expect(methods()).toBe("GET PATCH GET GET");
    expect(writes).toEqual({ carriedOut: 0, unclear: 1 });
    expect(ips()).toEqual(["192.0.2.1"]);
  });

  test("a write whose answer cannot be parsed is repeated if a read shows that it was not carried out", async () => {
    const body = "<html>" as never;
    client.api.faults.add({ method: "PATCH", status: 200, body });
    await add("192.0.2.1");
    expect(methods()).toBe("GET PATCH GET GET PATCH GET");
    expect(ips()).toEqual(["192.0.2.1"]);
  });

  test("a request that times out may have been carried out, so a read decides", async () => {
    client.waits.request = 100;
    client.api.faults.add({ method: "PATCH", delayMs: 400 });
    await add("192.0.2.1");
    expect(methods()).toMatch(/^GET PATCH GET GET PATCH GET/);
  });

  test("the error after a few tries comes with the number of writes", async () => {
    client.api.faults.add({ method: "PATCH", cut: "before", times: 1000 });
    const changed = await tryToAdd("192.0.2.1");
    const { writes } = changed;
    const { message } = "failure" in changed ? (changed.failure as Error) : new Error("no error");
    expect(message).toMatch(/PATCH \S+ got no answer\.\nThe error was: UND_ERR_SOCKET\.\n/);
    expect(writes).toEqual({ carriedOut: 0, unclear: 4 });
  });
});
