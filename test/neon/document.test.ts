import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NeonClient } from "../../provider/neon/client";
import { NEON_WAITS } from "../../provider/neon/waits";
import { requestProblem } from "../support/neon/api/checks";
import { type NeonApi, startNeonApi } from "../support/neon/api/listening";
import { findOperation } from "../support/neon/api/openapi";

let api: NeonApi;
let neon: NeonClient;

beforeEach(async () => {
  api = await startNeonApi();
  neon = new NeonClient({ apiUrl: api.url, apiKey: api.key, waits: NEON_WAITS });
});
afterEach(() => api?.stop());

describe("Neon's own document", () => {
  test("has every request that the provider sends", async () => {
    const changed = [
      await neon.changeSettings(api.projectId, ({ allowed_ips: { ips = [] } = {} }) =>
        ips.length > 0 ? undefined : { allowed_ips: { ips: ["192.0.2.1"], protected_branches_only: false } },
      ),
      await neon.changeSettings(api.projectId, ({ enable_logical_replication: on }) =>
        on ? undefined : { enable_logical_replication: true },
      ),
    ];
    expect(changed.filter((outcome) => "failure" in outcome)).toEqual([]);
    await neon.listEndpoints(api.projectId);
    await neon.listRunning(api.projectId);
    const sent = api.requests.map(({ method, path, body, status }) => {
      const url = new URL(path, "http://neon");
      const { operation, parameters } = findOperation(method, url.pathname) ?? {};
      if (!operation || !parameters) throw new Error(`${method} ${path} is not in the document`);
      const call = { parameters, query: Object.fromEntries(url.searchParams), body: body ?? {} };
      expect(requestProblem(operation, call, body !== undefined), operation.operationId).toBeUndefined();
      expect(status).toBe(200);
      return operation.operationId;
    });
    expect(new Set(sent)).toEqual(
      new Set(["getProject", "updateProject", "getProjectOperation", "listProjectEndpoints", "listProjectOperations"]),
    );
  });

  test("rejects a request of another shape", () => {
    const { operation, parameters } = findOperation("PATCH", "/projects/p") ?? {};
    if (!operation || !parameters) throw new Error("no such operation");
    const body = { project: { settings: { allowed_ips: { ips: "192.0.2.1" } } } };
    expect(requestProblem(operation, { parameters, query: {}, body }, true)).toBeDefined();
  });
});
