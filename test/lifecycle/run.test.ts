import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Context } from "../../provider/lifecycle/context";
import { Run } from "../../provider/lifecycle/run";
import { resolveSettings } from "../../provider/lifecycle/settings";

const URI = "postgres://admin:a-secret-of-the-first@127.0.0.1:1/app";
let printed: string[];

beforeEach(() => {
  printed = [];
  vi.spyOn(console, "error").mockImplementation((line) => printed.push(line));
});
afterEach(() => vi.restoreAllMocks());

function contextOf(run: Run, uri: string): Context {
  const settings = resolveSettings(
    (name) => (name === "connectionUri" ? uri : undefined),
    () => undefined,
  );
  return new Context(run, settings, "Publication orders", []);
}

class Memory {
  readonly entries: string[] = [];
}

test("two runs in one process share no connections, memories, roles or facts about servers", () => {
  const [first, second] = [new Run(), new Run()];
  const [one, other] = [contextOf(first, URI), contextOf(second, URI)];
  expect(one.postgres).toBe(contextOf(first, URI).postgres);
  expect(other.postgres).not.toBe(one.postgres);
  expect(first.connector).not.toBe(second.connector);
  first.memory(Memory).entries.push("noted");
  expect(first.memory(Memory).entries).toEqual(["noted"]);
  expect(second.memory(Memory).entries).toEqual([]);
  first.announceRole("reader");
  expect([first.isAnnounced("reader"), second.isAnnounced("reader")]).toEqual([true, false]);
  first.neonWaits.poll = 1;
  expect(second.neonWaits.poll).toBeGreaterThan(1);
});

test("a run prints what another run has printed, and does not hide the secrets of another run", () => {
  const [first, second] = [new Run(), new Run()];
  contextOf(first, URI).warn("a-secret-of-the-first stands here");
  contextOf(first, URI).warn("a-secret-of-the-first stands here");
  contextOf(second, URI.replace("first", "other")).warn("a-secret-of-the-first stands here");
  expect(printed).toEqual([
    "warning: Publication orders: [secret] stands here",
    "warning: Publication orders: a-secret-of-the-first stands here",
  ]);
});

test("a preview that reached nothing in one run tries again in the other", async () => {
  const [first, second] = [new Run(), new Run()];
  const refused = vi.fn(() => Promise.reject(Object.assign(new Error("no one there"), { closed: true })));
  for (const run of [first, first, second]) await contextOf(run, URI).lookAt(refused);
  expect([first.unreachable.postgres, second.unreachable.postgres]).toEqual([true, true]);
  expect(printed).toHaveLength(2);
});

test("a run that ends does the work meant for its end, and the other run continues", async () => {
  const [first, second] = [new Run(), new Run()];
  const ended: string[] = [];
  first.atEnd(() => ended.push("first"));
  second.atEnd(() => ended.push("second"));
  await first.end();
  expect(ended).toEqual(["first"]);
});

test("a run tells its front once that there is something to end, and not before", () => {
  const onFirstUse = vi.fn();
  const run = new Run(onFirstUse);
  run.announceRole("reader");
  expect(onFirstUse).not.toHaveBeenCalled();
  expect(contextOf(run, URI).postgres).toBe(contextOf(run, URI).postgres);
  run.atEnd(() => {});
  expect(onFirstUse).toHaveBeenCalledTimes(1);
});
