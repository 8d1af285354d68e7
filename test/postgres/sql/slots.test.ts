import { describe, expect, test } from "vitest";
import { affectedSlots, displaySlot, nameSlot, type Slot } from "../../../provider/postgres/sql/slots";

const slot = (changes: Partial<Slot>): Slot => ({ name: "s", pid: null, held: null, names: null, ...changes });

describe("a slot may be broken", () => {
  test.each([
    { title: "if it is inactive, whatever it last read", one: slot({ names: false }), is: true },
    { title: "if its reader names the publication", one: slot({ pid: 7, names: true }), is: true },
    { title: "if it cannot be seen what its reader names", one: slot({ pid: 7 }), is: true },
    { title: "not if its reader names only others", one: slot({ pid: 7, names: false }), is: false },
  ])("$title", ({ one, is }) => {
    expect(affectedSlots([one])).toEqual(is ? [one] : []);
  });
});

test.each([
  [slot({}), "slot s (inactive)", "slot s (inactive)"],
  [slot({ held: "16 MB" }), "slot s (inactive)", "slot s (inactive, holding 16 MB of WAL)"],
  [slot({ pid: 7 }), "slot s (read by session 7)", "slot s (read by session 7)"],
  [slot({ pid: 7, held: "16 MB" }), "slot s (read by session 7)", "slot s (read by session 7, holding 16 MB of WAL)"],
])("%j is named %j, and displayed as %j", (one, named, displayed) => {
  expect([nameSlot(one), displaySlot(one)]).toEqual([named, displayed]);
});
