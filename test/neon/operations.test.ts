import { describe, expect, test } from "vitest";
import { failure, useClient } from "../support/neon/client";

const client = useClient();
const { methods } = client;

describe("waiting for operations", () => {
  const operation = (status: string, more: object = {}) => ({
    body: {
      operation: { id: "op-1", action: "apply_config", status, ...more },
    } as never,
    status: 200,
  });
  const waiting = () =>
    client.neon.waitForOperations(client.api.projectId, [{ id: "op-1", action: "apply_config", status: "scheduling" }]);

  test.each(["finished", "skipped", "cancelled"])("ends with status %s", async (status) => {
    client.api.faults.add(operation("running"));
    client.api.faults.add(operation(status));
    await waiting();
    expect(methods()).toBe("GET GET");
  });

  test("fails right away for status error, with the reason", async () => {
    client.api.faults.add(operation("error", { error: "no capacity" }));
    expect((await failure(waiting())).message).toContain(
      `operation apply_config (op-1) of Neon project ${client.api.projectId} ended in status "error".\nThe error was: no capacity.\n`,
    );
  });

  test("lasts for a failed operation until the time at which Neon retries it, and a while longer", async () => {
    client.waits.failedOperation = 100;
    const retryAt = new Date(Date.now() + 400).toISOString();
    client.api.faults.add({ ...operation("failed", { retry_at: retryAt }), times: 1000 });
    const begun = Date.now();
    expect((await failure(waiting())).message).toContain('ended in status "failed".');
    expect(Date.now() - begun).toBeGreaterThanOrEqual(500);
  });

  test("starts over for a failed operation that runs again", async () => {
    client.waits.failedOperation = 60;
    for (let round = 0; round < 4; round++) {
      client.api.faults.add({ ...operation("failed"), times: 2 });
      client.api.faults.add(operation("running"));
    }
    client.api.faults.add(operation("finished"));
    await waiting();
  });
});

test("an operation counts as running until it has ended, and a failed one only if Neon will retry it", async () => {
  const at = (ms: number) => ({ retry_at: new Date(Date.now() + ms).toISOString() });
  const running = [{ status: "scheduling" }, { status: "cancelling" }, { status: "failed", ...at(60_000) }];
  const ended = ["finished", "skipped", "cancelled", "failed", "error"].map((status) => ({ status }));
  const operations = [...ended, { status: "failed", ...at(-60_000) }, ...running];
  client.api.faults.add({ path: "/operations", status: 200, body: { operations } });
  expect(await client.neon.listRunning(client.api.projectId)).toEqual(running);
});
