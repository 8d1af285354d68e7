import { describe, expect, test } from "vitest";
import type { AllowedList } from "../../provider/ipAllowlist/addresses/plan";
import {
  beginEdit,
  type Edit,
  mayHaveWritten,
  recordReading,
  recordWrite,
  type Sent,
} from "../../provider/ipAllowlist/editRecord";
import { NO_WRITES, type Writes } from "../../provider/neon/settingsChange";
import { anEdit } from "../support/ipAllowlist/values";

const [ONE, TWO] = ["192.0.2.1", "192.0.2.2"];
const FOUND: AllowedList = { ips: ["10.0.0.1"], protectedOnly: undefined };
const carriedOut = (count: number): Writes => ({ carriedOut: count, unclear: 0 });
const UNCLEAR: Writes = { carriedOut: 0, unclear: 1 };

/** A write that adds these entries to the list as found. */
function sent(added: string[], protectedOnly?: boolean, found = FOUND): Sent {
  return { plan: { list: { ips: [...found.ips, ...added], protectedOnly }, added, removed: [] }, found };
}

describe("after a write", () => {
  test.each<{ title: string; edit?: Edit; sent?: Sent; writes: Writes; recorded: Edit }>([
    {
      title: "that was carried out, its entries belong to the resource",
      edit: anEdit({ seen: ["10.0.0.1"] }),
      sent: sent([ONE]),
      writes: carriedOut(1),
      recorded: { added: [ONE], writes: carriedOut(1), seen: ["10.0.0.1"] },
    },
    {
      title: "that was carried out before any read, all of its entries count as seen",
      sent: sent([ONE]),
      writes: carriedOut(1),
      recorded: { added: [ONE], writes: carriedOut(1), seen: ["10.0.0.1", ONE] },
    },
    {
      title: "that was carried out, an entry that it removed no longer counts as seen",
      edit: anEdit({ seen: ["10.0.0.1", TWO] }),
      sent: sent([ONE]),
      writes: carriedOut(1),
      recorded: { added: [ONE], writes: carriedOut(1), seen: ["10.0.0.1"] },
    },
    {
      title: "that may have been carried out, its entries belong to the resource, and nothing more was seen",
      edit: anEdit({ seen: ["10.0.0.1", TWO] }),
      sent: sent([ONE]),
      writes: UNCLEAR,
      recorded: { added: [ONE], writes: UNCLEAR, seen: ["10.0.0.1", TWO] },
    },
    {
      title: "that Neon refused, nothing belongs to the resource",
      edit: anEdit({ seen: ["10.0.0.1"] }),
      sent: sent([ONE], true),
      writes: NO_WRITES,
      recorded: { added: [], writes: NO_WRITES, seen: ["10.0.0.1"] },
    },
    {
      title: "that was recorded before, only the count is taken",
      edit: anEdit({ added: [ONE], writes: carriedOut(1) }),
      writes: carriedOut(2),
      recorded: { added: [ONE], writes: carriedOut(2) },
    },
    {
      title: "that removed an entry, the removal is recorded",
      edit: anEdit({ added: [ONE, TWO], seen: [ONE, TWO] }),
      sent: { plan: { list: { ips: [TWO], protectedOnly: undefined }, added: [], removed: [ONE] }, found: FOUND },
      writes: carriedOut(1),
      recorded: { added: [ONE, TWO], removed: [ONE], writes: carriedOut(1), seen: [TWO] },
    },
    {
      title: "of unknown outcome that was to remove an entry, the entry still belongs to the resource",
      edit: anEdit({ added: [ONE], seen: [ONE] }),
      sent: { plan: { list: { ips: [], protectedOnly: undefined }, added: [], removed: [ONE] }, found: FOUND },
      writes: UNCLEAR,
      recorded: { added: [ONE], writes: UNCLEAR, seen: [ONE] },
    },
    {
      title: "that repeats an entry, the entry is recorded once",
      edit: anEdit({ added: [ONE], seen: ["10.0.0.1"], writes: UNCLEAR }),
      sent: sent([ONE, TWO]),
      writes: { carriedOut: 1, unclear: 1 },
      recorded: { added: [ONE, TWO], writes: { carriedOut: 1, unclear: 1 }, seen: ["10.0.0.1"] },
    },
    {
      title: "that changed protected_branches_only, the earlier value is recorded",
      edit: anEdit({ seen: [] }),
      sent: sent([], false, { ips: [], protectedOnly: true }),
      writes: carriedOut(1),
      recorded: { added: [], protectedBefore: true, writes: carriedOut(1), seen: [] },
    },
    {
      title: "that set protected_branches_only where Neon returned none, the earlier value is false",
      edit: anEdit({ seen: [] }),
      sent: sent([], true),
      writes: carriedOut(1),
      recorded: { added: [], protectedBefore: false, writes: carriedOut(1), seen: [] },
    },
    {
      title: "that changed protected_branches_only again, the first value stays recorded",
      edit: anEdit({ protectedBefore: true, seen: [], writes: carriedOut(1) }),
      sent: sent([], true, { ips: [], protectedOnly: false }),
      writes: carriedOut(2),
      recorded: { added: [], protectedBefore: true, writes: carriedOut(2), seen: [] },
    },
  ])("$title", ({ edit = anEdit(), sent: write, writes, recorded }) => {
    expect(recordWrite(edit, write, writes)).toEqual(recorded);
  });
});

describe("after a read", () => {
  test.each<{ title: string; edit: Edit; ips: string[]; recorded: Partial<Edit> }>([
    {
      title: "that is the first one, everything in the list was seen",
      edit: anEdit(),
      ips: [ONE, TWO],
      recorded: { added: [], seen: [ONE, TWO] },
    },
    {
      title: "an entry that is gone no longer belongs to the resource",
      edit: anEdit({ added: [ONE, TWO], seen: [ONE, TWO] }),
      ips: [TWO],
      recorded: { added: [TWO], seen: [TWO] },
    },
    {
      title: "an entry that came back still does not belong to the resource",
      edit: anEdit({ added: [TWO], seen: [TWO] }),
      ips: [ONE, TWO],
      recorded: { added: [TWO], seen: [TWO] },
    },
  ])("$title", ({ edit, ips, recorded }) => {
    expect(recordReading(edit, ips)).toEqual({ ...edit, ...recorded });
  });
});

test("an edit begins with the entries of a killed run, and without a write", () => {
  expect(beginEdit({ added: [ONE], protectedBefore: true })).toEqual({
    added: [ONE],
    protectedBefore: true,
    writes: NO_WRITES,
  });
  expect(beginEdit()).toEqual({ added: [], writes: NO_WRITES });
});

test.each<{ title: string; writes: Writes; expected: boolean }>([
  { title: "without a write, the list has not changed", writes: NO_WRITES, expected: false },
  { title: "after a write that was carried out, the list may have changed", writes: carriedOut(1), expected: true },
  { title: "after a write without an answer, the list may have changed", writes: UNCLEAR, expected: true },
])("$title", ({ writes, expected }) => {
  expect(mayHaveWritten(anEdit({ writes }))).toBe(expected);
});
