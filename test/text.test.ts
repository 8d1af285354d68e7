import { expect, test } from "vitest";
import { scrubDeep } from "../provider/scrub";
import { compareText, joinFirst, nearest } from "../provider/text";

test("names are sorted by code unit, the same on every machine", () => {
  expect(["b", "a", "B", "ä", "a"].sort(compareText)).toEqual(["B", "a", "a", "b", "ä"]);
});

test.each([
  { names: [], text: "" },
  { names: ["a", "b"], text: "a, b" },
  { names: ["a", "b", "c"], text: "a, b and 1 more" },
  { names: ["a", "b", "c", "d"], text: "a, b and 2 more" },
])("of $names the first two are shown: $text", ({ names, text }) => {
  expect(joinFirst(names, 2)).toBe(text);
});

test("every text inside a value is scrubbed, and nothing else changes", () => {
  const shout = (text: string) => text.toUpperCase();
  expect(scrubDeep({ a: "x", b: ["y", { c: "z" }], d: 7, e: null, f: true }, shout)).toEqual({
    ...{ a: "X", b: ["Y", { c: "Z" }], d: 7, e: null, f: true },
  });
});

test.each([
  { word: "tabel", found: "table" },
  { word: "table", found: "table" },
  { word: "uri", found: "uri" },
  { word: "tables", found: "table" },
  { word: "something", found: undefined },
])("what $word may mean is $found", ({ word, found }) => {
  expect(nearest(word, ["uri", "role", "table"])).toBe(found);
});
