import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HandledProvider, handler } from "../../provider/dynamic/handler";
import { explainServerFailure } from "../../provider/postgres/errors";
import { holds, holdsAsync, text } from "../support/properties";

const API_KEY = "napi_that_may_not_be_printed";

describe("whatever Neon's API answers", () => {
  let server: Server;
  let answer: { status: number; body: string };
  let provider: HandledProvider;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(answer.body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const config: Record<string, string> = {
      "clickpipes:neonApiKey": API_KEY,
      "clickpipes:neonApiUrl": `http://127.0.0.1:${port}`,
    };
    provider = handler("IpAllowlist");
    provider.configure({ config: { get: (key) => config[key] } });
  });
  afterAll(() => server?.close());

  // Those that are waited out are left away: 423, 429 and 503.
  const status = fc.constantFrom(200, 201, 204, 301, 400, 401, 403, 404, 410, 418);
  const ips = fc.array(text(12));
  const list = fc.record({ ips, protected_branches_only: fc.boolean() }, { requiredKeys: [] });
  const settings = fc.record({ allowed_ips: list }, { requiredKeys: [] });
  const neons = fc
    .record({ project: fc.record({ settings }, { requiredKeys: [] }) })
    .map((value) => JSON.stringify(value));
  const others = fc.oneof(text(), fc.json(), fc.constant(`{"echo":"${API_KEY}"}`));

  test("of its form, a refresh comes to a result", async () => {
    await holdsAsync(neons, async (body) => {
      expect(await refreshed({ status: 200, body })).toBe("");
    });
  });

  test("with an error, a refresh ends in words, without the key and without a stack", async () => {
    await holdsAsync(fc.record({ status, body: others }), async (given) => {
      if (given.status >= 300) expect(await refreshed(given)).toMatch(/^Neon API: GET/);
    });
  });

  test("of another form, a refresh ends in words", async () => {
    await holdsAsync(others, async (body) => {
      expect(await refreshed({ status: 200, body })).not.toMatch(/is not a function|Cannot read prop|is not iterable/);
    });
  });

  /** What it failed with, or nothing. */
  async function refreshed(given: typeof answer): Promise<string> {
    answer = given;
    const state = {
      projectId: "p-1",
      addresses: ["10.0.0.1"],
      added: ["10.0.0.1"],
      effective: "restricted",
      token: "t",
    };
    try {
      JSON.stringify(await provider.read("p-1", { ...state, mark: "o/app/dev/IpAllowlist/it" }));
      return "";
    } catch (error) {
      const { message, stack } = error as Error;
      expect(message).not.toContain(API_KEY);
      expect(stack).toBe(message);
      return message;
    }
  }
});

describe("whatever Postgres answers", () => {
  const field = fc.option(text(), { nil: undefined });
  const failure = fc.record({
    message: text(),
    code: field,
    severity: field,
    detail: field,
    hint: field,
    closed: fc.option(fc.boolean(), { nil: undefined }),
  });

  test("is passed on in words", () => {
    const place = { host: "db.example.com", port: 5432, database: "app", user: "admin" };
    holds(failure, (given) => {
      const message = explainServerFailure(Object.assign(new Error(given.message), given), place);
      expect(message).toContain("db.example.com:5432");
      expect(message).toContain(given.message);
      expect(message).not.toContain("undefined");
    });
  });
});
