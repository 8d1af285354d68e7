import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { handler } from "../../provider/dynamic/handler";
import { NeonClient } from "../../provider/neon/client";
import { pauseBefore } from "../../provider/neon/retries";
import type { Changed } from "../../provider/neon/settingsChange";
import { NEON_WAITS, type NeonWaits } from "../../provider/neon/waits";
import { type NeonApi, startNeonApi } from "../support/neon/api/listening";

let api: NeonApi;
let neon: NeonClient;
let waits: NeonWaits;
let said: string[];

beforeEach(async () => {
  waits = { ...NEON_WAITS, pause: 5, poll: 10 };
  api = await startNeonApi();
  said = [];
  neon = new NeonClient({ apiUrl: api.url, apiKey: api.key, waits }, (text) => said.push(text));
});
afterEach(() => api?.stop());

const failure = (work: Promise<unknown>): Promise<Error & { status?: number }> =>
  work.then(
    () => new Error("no error"),
    (error) => error,
  );
const allow = (...ips: string[]) => ({ allowed_ips: { ips, protected_branches_only: false } });
const methods = () => api.requests.map(({ method }) => method).join(" ");
const ips = () => api.project.settings.allowed_ips.ips;

/** Writes `address` into the list where it is missing. */
const tryAdding = (address: string): Promise<Changed> =>
  neon.changeSettings(api.projectId, ({ allowed_ips: { ips: found = [] } = {} }) =>
    found.includes(address) ? undefined : allow(...found, address),
  );
const adding = async (address: string): Promise<Changed> => {
  const changed = await tryAdding(address);
  if ("failure" in changed) throw changed.failure;
  return changed;
};

describe("what is refused for now is tried again", () => {
  test.each([423, 429, 503])("HTTP %s, for reading and for writing", async (status) => {
    api.faults.add({ method: "GET", status, times: 6 });
    api.faults.add({ method: "PATCH", status, times: 6 });
    await adding("192.0.2.1");
    expect(ips()).toEqual(["192.0.2.1"]);
    expect(api.requests.filter((request) => request.status === status)).toHaveLength(12);
  });

  test("a write is made anew of what is there then, so that an edit made meanwhile is kept", async () => {
    api.faults.add({ method: "PATCH", status: 423, after: () => void ips()?.push("198.51.100.7") });
    await adding("192.0.2.1");
    expect(methods()).toBe("GET PATCH GET PATCH GET");
    expect(ips()).toEqual(["198.51.100.7", "192.0.2.1"]);
  });

  test("until a deadline, and what was answered last is the error", async () => {
    waits.refused = 500;
    api.faults.add({ method: "PATCH", status: 423, times: 1000 });
    const error = await failure(adding("192.0.2.1"));
    expect(error.message).toMatch(/PATCH \S+ was answered with HTTP 423 .*another operation .* is still running/);
    expect(methods().split("PATCH").length).toBeGreaterThan(2);
    expect(ips()).toEqual([]);
  });

  test("a Retry-After in seconds or as a date is honoured, and one beyond the deadline ends it at once", async () => {
    const begun = Date.now();
    api.faults.add({ status: 429, retryAfter: "1" });
    await neon.readSettings(api.projectId);
    // Node's timers may be a millisecond early.
    expect(Date.now() - begun).toBeGreaterThanOrEqual(999);
    const date = new Date(Date.now() + 2000).toUTCString();
    api.faults.add({ status: 503, retryAfter: date });
    await neon.readSettings(api.projectId);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(date) - 1);
    api.faults.add({ status: 429, retryAfter: "3600" });
    api.requests.length = 0;
    expect((await failure(neon.readSettings(api.projectId))).status).toBe(429);
    expect(methods()).toBe("GET");
  });

  test.each(["0", "-5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"])(
    "a Retry-After of %j asks for no pause",
    async (retryAfter) => {
      waits.refused = 1000;
      api.faults.add({ status: 429, retryAfter });
      await neon.readSettings(api.projectId);
      expect(methods()).toBe("GET GET");
    },
  );

  test.each(["1000000000", "1e999"])("a Retry-After of %j ends it at once", async (retryAfter) => {
    api.faults.add({ status: 429, retryAfter });
    expect((await failure(neon.readSettings(api.projectId))).status).toBe(429);
    expect(methods()).toBe("GET");
  });

  test("with full jitter that grows and has an upper end, and never before Retry-After", () => {
    waits.pause = 500;
    const spread = (repetition: number) => Array.from({ length: 500 }, () => pauseBefore(waits, repetition));
    expect(Math.max(...spread(1))).toBeLessThanOrEqual(500);
    expect(Math.min(...spread(1))).toBeLessThan(100);
    expect(Math.max(...spread(3))).toBeGreaterThan(1500);
    expect(Math.max(...spread(30))).toBeLessThanOrEqual(5000);
    expect(Math.min(...Array.from({ length: 50 }, () => pauseBefore(waits, 1, 7000)))).toBe(7000);
  });
});

describe("what can never succeed fails at once", () => {
  test.each([400, 401, 403, 404, 409, 412, 422])("HTTP %s, for reading and for writing", async (status) => {
    api.faults.add({ method: "PATCH", status, body: { code: "", message: "not like this" } });
    const error = await failure(adding("192.0.2.1"));
    expect(error).toMatchObject({ status, method: "PATCH" });
    expect(error.message).toContain(`HTTP ${status} (not like this)`);
    api.faults.add({ method: "GET", status });
    expect(await failure(neon.readSettings(api.projectId))).toMatchObject({ status, method: "GET" });
    expect(methods()).toBe("GET PATCH GET");
  });
});

describe("where no clear answer comes", () => {
  test.each([500, 502, 504, 520])("reading is tried again after HTTP %s, a few times", async (status) => {
    api.faults.add({ status, times: 3 });
    await neon.readSettings(api.projectId);
    expect(methods()).toBe("GET GET GET GET");
    api.faults.add({ status, times: 4 });
    expect(await failure(neon.readSettings(api.projectId))).toMatchObject({ status });
  });

  test("a write that was not carried out is repeated after reading", async () => {
    api.faults.add({ method: "PATCH", cut: "before" });
    const { writes } = await adding("192.0.2.1");
    expect(methods()).toBe("GET PATCH GET GET PATCH GET");
    expect(writes).toEqual({ carriedOut: 1, unclear: 1 });
  });

  test("a write that was carried out is not repeated", async () => {
    api.faults.add({ method: "PATCH", cut: "after" });
    const { writes } = await adding("192.0.2.1");
    expect(methods()).toBe("GET PATCH GET GET");
    expect(writes).toEqual({ carriedOut: 0, unclear: 1 });
    expect(ips()).toEqual(["192.0.2.1"]);
  });

  test("a write whose answer cannot be read is decided by reading", async () => {
    const body = "<html>" as never;
    api.faults.add({ method: "PATCH", status: 200, body });
    await adding("192.0.2.1");
    expect(methods()).toBe("GET PATCH GET GET PATCH GET");
    expect(ips()).toEqual(["192.0.2.1"]);
  });

  test("a request that is not answered in time counts as unclear", async () => {
    waits.request = 100;
    api.faults.add({ method: "PATCH", delayMs: 400 });
    await adding("192.0.2.1");
    expect(methods()).toMatch(/^GET PATCH GET GET PATCH GET/);
  });

  test("after a few tries it is an error that knows of the writes", async () => {
    api.faults.add({ method: "PATCH", cut: "before", times: 1000 });
    const changed = await tryAdding("192.0.2.1");
    const { writes } = changed;
    const { message } = "failure" in changed ? (changed.failure as Error) : new Error("no error");
    expect(message).toMatch(/PATCH \S+ got no answer \(UND_ERR_SOCKET\)/);
    expect(writes).toEqual({ carriedOut: 0, unclear: 4 });
  });
});

describe("operations", () => {
  const operation = (status: string, more: object = {}) => ({
    body: {
      operation: { id: "op-1", action: "apply_config", status, ...more },
    } as never,
    status: 200,
  });
  const waiting = () =>
    neon.waitForOperations(api.projectId, [{ id: "op-1", action: "apply_config", status: "scheduling" }]);

  test.each(["finished", "skipped", "cancelled"])("%s ends the waiting", async (status) => {
    api.faults.add(operation("running"));
    api.faults.add(operation(status));
    await waiting();
    expect(methods()).toBe("GET GET");
  });

  test("an operation in error is named at once, with its reason", async () => {
    api.faults.add(operation("error", { error: "no capacity" }));
    expect((await failure(waiting())).message).toContain(
      `operation apply_config (op-1) of Neon project ${api.projectId} ended in "error": no capacity`,
    );
  });

  test("a failed one is waited for until the time at which Neon tries it again, and a while longer", async () => {
    waits.failedOperation = 100;
    const retryAt = new Date(Date.now() + 400).toISOString();
    api.faults.add({ ...operation("failed", { retry_at: retryAt }), times: 1000 });
    const begun = Date.now();
    expect((await failure(waiting())).message).toContain('ended in "failed"');
    expect(Date.now() - begun).toBeGreaterThanOrEqual(500);
  });

  test("a failed one that runs again has its time anew", async () => {
    waits.failedOperation = 60;
    for (let round = 0; round < 4; round++) {
      api.faults.add({ ...operation("failed"), times: 2 });
      api.faults.add(operation("running"));
    }
    api.faults.add(operation("finished"));
    await waiting();
  });
});

test("under way is what has not ended, and a failed operation only where Neon will try it again", async () => {
  const at = (ms: number) => ({ retry_at: new Date(Date.now() + ms).toISOString() });
  const running = [{ status: "scheduling" }, { status: "cancelling" }, { status: "failed", ...at(60_000) }];
  const ended = ["finished", "skipped", "cancelled", "failed", "error"].map((status) => ({ status }));
  const operations = [...ended, { status: "failed", ...at(-60_000) }, ...running];
  api.faults.add({ path: "/operations", status: 200, body: { operations } });
  expect(await neon.listRunning(api.projectId)).toEqual(running);
});

describe("what it says", () => {
  test("now and then what it waits for, once for each wait, and nothing where it is quick", async () => {
    waits.progress = 60;
    await adding("192.0.2.1");
    expect(said).toEqual([]);
    api.faults.add({ method: "PATCH", status: 423, retryAfter: "0.2" });
    const begun = Date.now();
    await adding("192.0.2.2");
    expect(said.length).toBeGreaterThan(0);
    expect(said.length).toBeLessThanOrEqual((Date.now() - begun) / 60 + 1);
    for (const line of said) expect(line).toMatch(/^waiting for Neon, which answered HTTP 423 \(\d+ s so far\)$/);
  });

  test("every request has an id of its own, and the error names it", async () => {
    api.faults.add({ method: "PATCH", status: 409 });
    const { message } = await failure(adding("192.0.2.1"));
    const ids = api.requests.map(({ headers }) => String(headers["x-request-id"]));
    expect(new Set(ids).size).toBe(2);
    expect(message).toContain(`Request id ${ids[1]}`);
  });

  test.each([
    ["a key that ends in a newline", { "clickpipes:neonApiKey": "napi_secret\n" }],
    ["a URL with a password", { "clickpipes:neonApiUrl": "http://user:napi_secret@127.0.0.1:1/api/v2" }],
    ["an answer that repeats the key", { "clickpipes:neonApiKey": "napi_secret" }],
  ])("never the key: %s", async (_, changes) => {
    const config: Record<string, string> = { ...api.config, ...changes };
    const body = { code: "", message: "the key napi_secret is not known" };
    api.faults.add({ status: 401, body });
    const provider = handler("IpAllowlist");
    provider.configure({ config: { get: (key) => config[key] } });
    const inputs = { projectId: api.projectId, addresses: ["192.0.2.1"], whenOpen: "leaveOpen" };
    const error = await failure(provider.create(inputs));
    expect(error.message).toMatch(/^Neon API: GET /);
    expect(error.message + error.stack).not.toContain("napi_secret");
  });
});
