import { describe, expect, test } from "vitest";
import { handler } from "../../provider/dynamic/handler";
import { failure, useClient } from "../support/neon/client";

const client = useClient();
const { add } = client;

describe("the client", () => {
  test("reports at intervals what it is waiting for, and nothing if it is quick", async () => {
    client.waits.progress = 60;
    await add("192.0.2.1");
    expect(client.said).toEqual([]);
    client.api.faults.add({ method: "PATCH", status: 423, retryAfter: "0.2" });
    const begun = Date.now();
    await add("192.0.2.2");
    expect(client.said.length).toBeGreaterThan(0);
    expect(client.said.length).toBeLessThanOrEqual((Date.now() - begun) / 60 + 1);
    for (const line of client.said)
      expect(line).toMatch(/^waiting for Neon: the last request failed with HTTP 423 \(\d+ s so far\)$/);
  });

  test("gives every request its own id, which the error names", async () => {
    client.api.faults.add({ method: "PATCH", status: 409 });
    const { message } = await failure(add("192.0.2.1"));
    const ids = client.api.requests.map(({ headers }) => String(headers["x-request-id"]));
    expect(new Set(ids).size).toBe(2);
    expect(message).toContain(`\nThe request id is ${ids[1]}.`);
  });

  test.each([
    ["a key that ends in a newline", { "clickpipes:neonApiKey": "napi_secret\n" }],
    ["a URL with a password", { "clickpipes:neonApiUrl": "http://user:napi_secret@127.0.0.1:1/api/v2" }],
    ["an answer that repeats the key", { "clickpipes:neonApiKey": "napi_secret" }],
  ])("never prints the key: %s", async (_, changes) => {
    const config: Record<string, string> = { ...client.api.config, ...changes };
    const body = { code: "", message: "the key napi_secret is not known" };
    client.api.faults.add({ status: 401, body });
    const provider = handler("IpAllowlist");
    provider.configure({ config: { get: (key) => config[key] } });
    const inputs = { projectId: client.api.projectId, addresses: ["192.0.2.1"], whenOpen: "leaveOpen" };
    const error = await failure(provider.create(inputs));
    expect(error.message).toMatch(/^Neon API: GET /);
    expect(error.message + error.stack).not.toContain("napi_secret");
  });
});
