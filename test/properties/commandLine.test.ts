import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCheckArguments } from "../../provider/cli/checkArguments";
import { isUsageProblem } from "../../provider/cli/refusals";
import { holdsAsync, text } from "../support/properties";

const SECRET = "a-secret-of-somebody";
const flag = fc.constantFrom(
  "--uri",
  "--role",
  "--publication",
  "--table",
  "--mode",
  "--slot",
  "--json",
  "--bogus",
  "-x",
  "--",
);
const value = fc.oneof(
  text(12),
  fc.constantFrom("public.orders", "a.b.c", "cdc", "snapshot", "reader", "-", "=", ""),
  fc.constant(`postgres://admin:${SECRET}@127.0.0.1:1/app`),
);
const words = fc
  .array(
    fc.oneof(
      flag.map((one) => [one]),
      fc.tuple(flag, value),
      fc.tuple(flag, value).map(([one, given]) => [`${one}=${given}`]),
      value.map((one) => [one]),
    ),
    { maxLength: 5 },
  )
  .map((all) => all.flat());

describe("the command line", () => {
  const before = process.env.CLICKPIPES_PASSWORD;

  beforeAll(() => {
    process.env.CLICKPIPES_PASSWORD = SECRET;
  });
  afterAll(() => {
    if (before === undefined) delete process.env.CLICKPIPES_PASSWORD;
    else process.env.CLICKPIPES_PASSWORD = before;
  });

  test("of whatever words is read, or refused as wrong usage in words that hold no secret", async () => {
    let read = 0;
    await holdsAsync(fc.tuple(fc.boolean(), words), async ([isLikely, given]) => {
      const all = isLikely ? ["--uri", `postgres://admin:${SECRET}@127.0.0.1:1/app`, ...given] : given;
      try {
        const { question } = await readCheckArguments(all);
        expect(typeof question.role).toBe("string");
        read++;
      } catch (error) {
        expect(isUsageProblem(error as Error), String(error)).toBe(true);
        expect((error as Error).message).toMatch(/\S/);
        expect((error as Error).message).not.toContain(SECRET);
      }
    });
    expect(read).toBeGreaterThan(0);
  });
});
