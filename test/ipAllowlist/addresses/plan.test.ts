import { describe, expect, test } from "vitest";
import {
  type AllowedList,
  type DesiredList,
  missingFrom,
  planList,
} from "../../../provider/ipAllowlist/addresses/plan";

const list = (ips: string[], protectedOnly?: boolean): AllowedList => ({ ips, protectedOnly });
const desire = (wanted: string[], unwanted: string[] = [], protectedOnly?: boolean): DesiredList => ({
  wanted,
  unwanted,
  protectedOnly,
});

test("the entries of other users keep place and spelling, however unusual, and new addresses come last", () => {
  const found = ["10.0.0.7/8", "typo", "2001:DB8::1", "10.0.0.7/8"];
  expect(planList(list(found, true), desire(["192.0.2.1", "192.0.2.2"]))).toEqual({
    list: { ips: [...found, "192.0.2.1", "192.0.2.2"], protectedOnly: true },
    added: ["192.0.2.1", "192.0.2.2"],
    removed: [],
  });
});

test("nothing is sent if the addresses are in the list in any spelling", () => {
  const found = ["192.0.2.9/24", "2001:DB8:0::1", "198.51.100.0-198.51.100.255"];
  expect(planList(list(found), desire(["192.0.2.0/24", "2001:db8::1", "198.51.100.0/24"]))).toBeUndefined();
});

test("an address is added even if a wider entry of another user covers it", () => {
  expect(planList(list(["192.0.2.0/24"]), desire(["192.0.2.1"]))?.added).toEqual(["192.0.2.1"]);
});

test("an entry with an extra space, which the proxy ignores, does not count as the address", () => {
  expect(missingFrom([" 192.0.2.1"], ["192.0.2.1"])).toEqual(["192.0.2.1"]);
});

test("only the exact spelling is removed: another spelling belongs to another user", () => {
  const found = ["192.0.2.0/24", "192.0.2.7/24", "192.0.2.1"];
  expect(planList(list(found), desire([], ["192.0.2.0/24", "192.0.2.9"]))).toEqual({
    list: { ips: ["192.0.2.7/24", "192.0.2.1"], protectedOnly: undefined },
    added: [],
    removed: ["192.0.2.0/24"],
  });
});

test("an entry that another user added once more is removed once", () => {
  expect(planList(list(["192.0.2.1", "10.0.0.1", "192.0.2.1"]), desire([], ["192.0.2.1"]))?.list.ips).toEqual([
    "10.0.0.1",
    "192.0.2.1",
  ]);
});

test("an entry that is both wanted and unwanted stays", () => {
  expect(planList(list(["192.0.2.1"]), desire(["192.0.2.1"], ["192.0.2.1"]))).toBeUndefined();
});

describe("a plan", () => {
  test.each<{ title: string; found: string[]; desired: DesiredList; plan: object | undefined }>([
    {
      title: "adds and removes in one write",
      found: ["10.0.0.1", "192.0.2.1"],
      desired: desire(["192.0.2.2"], ["192.0.2.1"]),
      plan: { list: list(["10.0.0.1", "192.0.2.2"]), added: ["192.0.2.2"], removed: ["192.0.2.1"] },
    },
    {
      title: "fills an open list",
      found: [],
      desired: desire(["192.0.2.1"]),
      plan: { list: list(["192.0.2.1"]), added: ["192.0.2.1"], removed: [] },
    },
    {
      title: "empties a list that contains nothing else",
      found: ["192.0.2.1"],
      desired: desire([], ["192.0.2.1"]),
      plan: { list: list([]), added: [], removed: ["192.0.2.1"] },
    },
    {
      title: "sends nothing for unwanted entries that are gone already",
      found: ["10.0.0.1"],
      desired: desire([], ["192.0.2.1"]),
      plan: undefined,
    },
    {
      title: "sends nothing if nothing is desired of an open list",
      found: [],
      desired: desire([]),
      plan: undefined,
    },
  ])("$title", ({ found, desired, plan }) => {
    expect(planList(list(found), desired)).toEqual(plan);
  });
});

test.each([
  [undefined, undefined, undefined],
  [undefined, true, true],
  [true, undefined, undefined],
  [false, true, true],
  [true, false, false],
  [undefined, false, undefined],
  [true, true, undefined],
])("if protected_branches_only is %s and %s is desired, %s is sent", (found, desired, sent) => {
  const plan = planList(list(["192.0.2.1"], found), desire(["192.0.2.1"], [], desired));
  expect(plan?.list.protectedOnly).toBe(sent);
  expect(plan === undefined).toBe(sent === undefined);
});
