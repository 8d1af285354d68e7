import { describe, expect, test } from "vitest";
import { refusal, type SourceError } from "../../provider/errors";
import {
  foreignServer,
  isRefusedForNow,
  isUnclear,
  neonFailure,
  operationFailed,
  operationLate,
  refuseMissingProject,
} from "../../provider/neon/errors";

const P = "quiet-river-123456";
const OPERATION = { id: "op-1", action: "apply_config", status: "failed" };
const failed = (status?: number, details = ["The answer was: no."], isForeign = false) =>
  neonFailure({ method: "PATCH", path: `/projects/${P}`, status, isForeign, details, requestId: "r1" });
const request = `Neon API: PATCH /projects/${P}`;

describe("the error for a request says what failed, why, and what to do", () => {
  test.each<{ title: string; error: SourceError; lines: string[] }>([
    {
      title: "if no answer came",
      error: failed(undefined, ["The request timed out."]),
      lines: [`${request} got no answer.`, "The request timed out.", "The request id is r1."],
    },
    {
      title: "if the answer does not come from Neon",
      error: failed(200, ['The answer contains no "project".']),
      lines: [
        `${request} failed with HTTP 200: this is not Neon's API.`,
        'The answer contains no "project".',
        "The request id is r1.",
        "Check `neonApiUrl`.",
      ],
    },
    {
      title: "if the server redirects",
      error: failed(307),
      lines: [
        `${request} failed with HTTP 307: this is not Neon's API.`,
        "The answer was: no.",
        "The request id is r1.",
        "Check `neonApiUrl`.",
      ],
    },
    {
      title: "without a guess if the cause is not known",
      error: failed(400),
      lines: [`${request} failed with HTTP 400.`, "The answer was: no.", "The request id is r1."],
    },
    ...[400, 401, 402, 403, 404, 423].map((status) => ({
      title: `if a server that is not Neon's API answers ${status}`,
      error: failed(status, ["The answer was: <html>."], true),
      lines: [
        `${request} failed with HTTP ${status}: this is not Neon's API.`,
        "The answer was: <html>.",
        "The request id is r1.",
        "Check `neonApiUrl`.",
      ],
    })),
    ...(
      [
        [401, "the API key is not valid", "Check `neonApiKey`."],
        [402, "the project's plan does not include this", "Upgrade the plan."],
        [403, "the API key has no right to do this", "Use an organization admin's key, or a key of the project."],
        [404, "there is no such project, or the API key cannot see it", "Check `projectId` and `neonApiKey`."],
        [423, "another operation on the project is still running", "Try again in a moment."],
        [429, "too many requests", "Try again in a moment."],
      ] as const
    ).map(([status, why, fix]) => ({
      title: `if the status is ${status}`,
      error: failed(status),
      lines: [`${request} failed with HTTP ${status}: ${why}.`, "The answer was: no.", "The request id is r1.", fix],
    })),
  ])("$title", ({ error, lines }) => {
    expect(error.message.split("\n")).toEqual(lines);
    expect(error.kind).toBe("neonFailure");
  });
});

describe("a request whose answer is", () => {
  test.each<{ title: string; status?: number; isUnclear: boolean; isRefusedForNow: boolean }>([
    { title: "missing may have been carried out", isUnclear: true, isRefusedForNow: false },
    { title: "unreadable may have been carried out", status: 200, isUnclear: true, isRefusedForNow: false },
    { title: "500 may have been carried out", status: 500, isUnclear: true, isRefusedForNow: false },
    { title: "502 may have been carried out", status: 502, isUnclear: true, isRefusedForNow: false },
    { title: "503 is refused for now", status: 503, isUnclear: false, isRefusedForNow: true },
    { title: "423 is refused for now", status: 423, isUnclear: false, isRefusedForNow: true },
    { title: "429 is refused for now", status: 429, isUnclear: false, isRefusedForNow: true },
    { title: "a redirect is refused", status: 307, isUnclear: false, isRefusedForNow: false },
    { title: "404 is refused", status: 404, isUnclear: false, isRefusedForNow: false },
  ])("$title", ({ status, ...expected }) => {
    const failure = failed(status);
    expect(isUnclear(failure)).toBe(expected.isUnclear);
    expect(isRefusedForNow(failure)).toBe(expected.isRefusedForNow);
  });
});

describe("a refusal says what happened, why, and what to do", () => {
  test.each<{ title: string; error: SourceError; kind: string; lines: string[] }>([
    {
      title: "if an operation failed",
      error: operationFailed(P, { ...OPERATION, error: "no capacity" }),
      kind: "operationFailed",
      lines: [
        `operation apply_config (op-1) of Neon project ${P} ended in status "failed".`,
        "The error was: no capacity.",
        "Check the project's operations in Neon's console, then run `pulumi up` again.",
      ],
    },
    {
      title: "if an operation failed without a reason",
      error: operationFailed(P, OPERATION),
      kind: "operationFailed",
      lines: [
        `operation apply_config (op-1) of Neon project ${P} ended in status "failed".`,
        "Check the project's operations in Neon's console, then run `pulumi up` again.",
      ],
    },
    {
      title: "if an operation does not end",
      error: operationLate(P, { ...OPERATION, status: "running" }, 300),
      kind: "operationLate",
      lines: [
        `operation apply_config (op-1) of Neon project ${P} is still "running" after 300 s.`,
        "Check the project's operations in Neon's console, then run `pulumi up` again.",
      ],
    },
    {
      title: "if the server reports another project",
      error: foreignServer({ host: "db.example.com", projectId: P, found: "other-river-1" }),
      kind: "foreignHost",
      lines: [
        `db.example.com reports that it belongs to Neon project other-river-1, not to ${P}.`,
        "Correct `projectId` or the connection.",
        "Nothing was changed.",
      ],
    },
    {
      title: "if the server reports another project after a change",
      error: foreignServer({ host: "db.example.com", projectId: P, found: "other-river-1", isChanged: true }),
      kind: "foreignHost",
      lines: [
        `db.example.com reports that it belongs to Neon project other-river-1, not to ${P}.`,
        "Correct `projectId` or the connection.",
      ],
    },
  ])("$title", ({ error, kind, lines }) => {
    expect(error.message.split("\n")).toEqual(lines);
    expect(error.kind).toBe(kind);
  });
});

test("only a project that is gone is to be removed from the state", () => {
  const gone = failed(404);
  const fix = "If the project was deleted, remove this resource from the state: `pulumi state delete <urn>`.";
  expect(() => refuseMissingProject(gone)).toThrow(refusal("projectGone", gone.message, fix));
  for (const other of [failed(403), failed(404, [], true), failed(undefined), new Error("other")])
    expect(() => refuseMissingProject(other)).toThrow(other);
});
