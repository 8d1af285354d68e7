import { expect, test } from "vitest";
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

test("others' entries keep place and spelling, however odd; ours come last", () => {
  const found = ["10.0.0.7/8", "typo", "2001:DB8::1", "10.0.0.7/8"];
  expect(planList(list(found, true), desire(["192.0.2.1", "192.0.2.2"]))).toEqual({
    list: { ips: [...found, "192.0.2.1", "192.0.2.2"], protectedOnly: true },
    added: ["192.0.2.1", "192.0.2.2"],
    removed: [],
  });
});

test("nothing is to be done where ours are there in any spelling", () => {
  const found = ["192.0.2.9/24", "2001:DB8:0::1", "198.51.100.0-198.51.100.255"];
  expect(planList(list(found), desire(["192.0.2.0/24", "2001:db8::1", "198.51.100.0/24"]))).toBeUndefined();
});

test("an address that a wider entry of somebody else covers is put in all the same", () => {
  expect(planList(list(["192.0.2.0/24"]), desire(["192.0.2.1"]))?.added).toEqual(["192.0.2.1"]);
});

test("an entry with a stray space, which the proxy ignores, does not count as ours", () => {
  expect(missingFrom([" 192.0.2.1"], ["192.0.2.1"])).toEqual(["192.0.2.1"]);
});

test("what is taken out is taken out as we spelled it: another spelling is somebody else's", () => {
  const found = ["192.0.2.0/24", "192.0.2.7/24", "192.0.2.1"];
  expect(planList(list(found), desire([], ["192.0.2.0/24", "192.0.2.9"]))).toEqual({
    list: { ips: ["192.0.2.7/24", "192.0.2.1"], protectedOnly: undefined },
    added: [],
    removed: ["192.0.2.0/24"],
  });
});

test("an entry of ours that somebody wrote once more is taken out once", () => {
  expect(planList(list(["192.0.2.1", "10.0.0.1", "192.0.2.1"]), desire([], ["192.0.2.1"]))?.list.ips).toEqual([
    "10.0.0.1",
    "192.0.2.1",
  ]);
});

test("what is both wished and unwished stays", () => {
  expect(planList(list(["192.0.2.1"]), desire(["192.0.2.1"], ["192.0.2.1"]))).toBeUndefined();
});

test.each([
  [undefined, undefined, undefined],
  [undefined, true, true],
  [true, undefined, undefined],
  [false, true, true],
  [true, false, false],
  [undefined, false, undefined],
  [true, true, undefined],
])("protected_branches_only found %s and wished %s is sent as %s", (found, wished, sent) => {
  const plan = planList(list(["192.0.2.1"], found), desire(["192.0.2.1"], [], wished));
  expect(plan?.list.protectedOnly).toBe(sent);
  expect(plan === undefined).toBe(sent === undefined);
});
