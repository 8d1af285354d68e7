import { expect, test } from "vitest";
import { displaySqlstate, isConflict, isInterruption, isUnknownSetting } from "../../provider/postgres/sqlstate";

const BEHAVIOURS = {
  "is retried as a conflict": isConflict,
  "is waited out as an interruption": isInterruption,
  "means a setting that is not known": isUnknownSetting,
};

test.each([
  ["42501", "42501 insufficient_privilege"],
  ["55P03", "55P03 lock_not_available"],
  ["99999", "99999"],
  ["ECONNREFUSED", "ECONNREFUSED"],
])("%s is displayed as %s", (code, text) => {
  expect(displaySqlstate(code)).toBe(text);
});

test.each([
  ["XX000", ["is retried as a conflict"]],
  ["23505", ["is retried as a conflict"]],
  ["42710", ["is retried as a conflict"]],
  ["40001", ["is retried as a conflict"]],
  ["40P01", ["is retried as a conflict"]],
  ["57P01", ["is waited out as an interruption"]],
  ["57P03", ["is waited out as an interruption"]],
  ["25P04", ["is waited out as an interruption"]],
  ["08006", ["is waited out as an interruption"]],
  ["ECONNRESET", ["is waited out as an interruption"]],
  ["ETIMEDOUT", ["is waited out as an interruption"]],
  // A pooler refuses a setting with it; a server that breaks the protocol may be restarting.
  ["08P01", ["is waited out as an interruption", "means a setting that is not known"]],
  ["42704", ["means a setting that is not known"]],
  ["22023", ["means a setting that is not known"]],
  ["0A000", ["means a setting that is not known"]],
  ["55P02", ["means a setting that is not known"]],
  ["55P03", []],
  ["57014", []],
  ["28P01", []],
  ["ECONNREFUSED", []],
  ["ENOTFOUND", []],
  [undefined, []],
])("%s %j", (code, expected) => {
  const found = Object.entries(BEHAVIOURS).filter(([, holds]) => holds(code));
  expect(found.map(([behaviour]) => behaviour)).toEqual(expected);
});
