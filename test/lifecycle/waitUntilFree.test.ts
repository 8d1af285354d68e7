import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Context } from "../../provider/lifecycle/context";
import { Run } from "../../provider/lifecycle/run";
import { resolveSettings } from "../../provider/lifecycle/settings";
import { type InTheWay, waitUntilFree } from "../../provider/lifecycle/waitUntilFree";

const CONFIG: Record<string, string> = { connectionUri: "postgres://admin:secret@127.0.0.1:1/app", deleteTimeout: "5" };
let printed: string[];
let context: Context;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  printed = [];
  vi.spyOn(console, "error").mockImplementation((line) => printed.push(line));
  const settings = resolveSettings(
    (name) => CONFIG[name],
    () => undefined,
  );
  context = new Context(new Run(), settings, "Publication orders", []);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const readers = (more: Partial<InTheWay> = {}) => ({
  inTheWay: { names: ["slot one"], refusal: () => new Error("slot one is still there"), ...more },
});

test("an attempt that nothing blocks runs once, and prints nothing", async () => {
  const attempt = vi.fn(async () => ({ done: "made" }));
  expect(await waitUntilFree(context, attempt)).toBe("made");
  expect(attempt).toHaveBeenCalledTimes(1);
  expect(printed).toEqual([]);
});

test("readers are named once, and waited for until they go away", async () => {
  let tries = 0;
  const attempt = async () => (++tries < 3 ? readers() : { done: tries });
  expect(await waitUntilFree(context, attempt)).toBe(3);
  expect(printed).toEqual(["Publication orders: waiting up to 5 s for slot one to go away."]);
});

test("a blocker without a name is waited for in silence", async () => {
  let tries = 0;
  const attempt = async () => (++tries < 2 ? readers({ names: undefined }) : { done: tries });
  expect(await waitUntilFree(context, attempt)).toBe(2);
  expect(printed).toEqual([]);
});

test.each([
  { what: "`deleteTimeout`", more: {}, seconds: 5 },
  { what: "the time that they get", more: { seconds: 2 }, seconds: 2 },
])("blockers that stay make it fail after $what, with a last try at the end", async ({ more, seconds }) => {
  let tries = 0;
  const attempt = async () => {
    if (++tries === 2) vi.setSystemTime(Date.now() + seconds * 1000);
    return readers(more);
  };
  await expect(waitUntilFree(context, attempt)).rejects.toThrow("slot one is still there");
  expect(tries).toBe(2);
});
