import { describe, expect, test } from "vitest";
import { operationFailed, operationLate } from "../../provider/neon/errors";
import { operationProblem } from "../../provider/neon/operation";
import { NEON_WAITS } from "../../provider/neon/waits";

const P = "quiet-river-123456";
const WAITS = { ...NEON_WAITS, failedOperation: 30_000, operations: 300_000 };

/** Times are in seconds from now; a negative one has passed. */
interface Case {
  title: string;
  status: string;
  deadline?: number;
  failedSince?: number;
  retryAt?: number;
  expected: "wait" | "failed" | "late";
}

const at = (seconds: number) => Date.now() + seconds * 1000;

describe("waiting for an operation", () => {
  test.each<Case>([
    { title: "continues while it runs", status: "running", expected: "wait" },
    { title: "continues while it is cancelled", status: "cancelling", expected: "wait" },
    { title: "stops at the deadline", status: "running", deadline: -1, expected: "late" },
    { title: "stops at once for status error", status: "error", expected: "failed" },
    { title: "reports the error rather than the deadline", status: "error", deadline: -1, expected: "failed" },
    { title: "continues for a while after it failed", status: "failed", failedSince: -29, expected: "wait" },
    { title: "stops a while after it failed", status: "failed", failedSince: -31, expected: "failed" },
    {
      title: "continues until Neon retries it",
      status: "failed",
      failedSince: -100,
      retryAt: 10,
      expected: "wait",
    },
    {
      title: "continues for a while after Neon should have retried it",
      status: "failed",
      failedSince: -100,
      retryAt: -29,
      expected: "wait",
    },
    {
      title: "stops a while after Neon should have retried it",
      status: "failed",
      failedSince: -100,
      retryAt: -31,
      expected: "failed",
    },
    {
      title: "stops at the deadline even if Neon retries it later",
      status: "failed",
      failedSince: -1,
      retryAt: 10,
      deadline: -1,
      expected: "late",
    },
  ])("$title", ({ status, deadline = 100, failedSince, retryAt, expected }) => {
    const operation = {
      ...{ id: "op-1", action: "apply_config", status },
      ...(retryAt !== undefined && { retry_at: new Date(at(retryAt)).toISOString() }),
    };
    const since = { deadline: at(deadline), failedSince: failedSince === undefined ? undefined : at(failedSince) };
    const problems = { wait: undefined, failed: operationFailed(P, operation), late: operationLate(P, operation, 300) };
    expect(operationProblem(P, operation, since, WAITS)?.message).toBe(problems[expected]?.message);
  });

  test("treats a retry time that is not a date as none", () => {
    const operation = { id: "op-1", action: "apply_config", status: "failed", retry_at: "soon" };
    const since = { deadline: at(100), failedSince: at(-31) };
    expect(operationProblem(P, operation, since, WAITS)?.message).toBe(operationFailed(P, operation).message);
  });
});
