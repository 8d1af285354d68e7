import { describe, expect, test } from "vitest";
import {
  type Filters,
  knownTrees,
  rememberFilters,
  sameFilter,
  storedFilter,
} from "../../../provider/publication/sql/filters";
import { aDesired, anActual } from "../../support/publication/plans";

const T = { schema: "s", name: "t" };
const KNOWN: Filters = { '"s"."t"': { given: "paid", stored: "(paid)", tree: "tree1" } };
const BLOCKER = { pid: 7, user: "app", since: "today" };

describe("the row filter of a table counts as", () => {
  test.each<{
    title: string;
    read: Omit<Parameters<typeof storedFilter>[0], "schema" | "name">;
    known?: Filters;
    is: string | undefined;
  }>([
    { title: "the text that was read", read: { where: "(n > 0)", tree: "tree2" }, known: KNOWN, is: "(n > 0)" },
    { title: "the known text if its fingerprint is the same", read: { tree: "tree1" }, known: KNOWN, is: "(paid)" },
    {
      title: "its fingerprint if that differs and there is no text",
      read: { tree: "tree2" },
      known: KNOWN,
      is: "tree2",
    },
    { title: "its fingerprint if nothing is known", read: { where: null, tree: "tree1" }, is: "tree1" },
    {
      title: "the known text while the table is locked",
      read: { tree: "tree2", heldBy: BLOCKER },
      known: KNOWN,
      is: "(paid)",
    },
    {
      title: "nothing while the table is locked and nothing is known",
      read: { tree: "tree2", heldBy: BLOCKER },
      is: undefined,
    },
    { title: "nothing if there is none", read: { where: null, tree: null }, known: KNOWN, is: undefined },
  ])("$title", ({ read, known, is }) => {
    expect(storedFilter({ ...T, ...read }, known)).toBe(is);
  });
});

describe("a row filter is the same", () => {
  test.each<{ title: string; given?: string; stored?: string; known?: Filters; same: boolean }>([
    { title: "if neither has one", same: true },
    { title: "no longer if it was removed", given: "paid", known: KNOWN, same: false },
    { title: "no longer if it was added", stored: "(paid)", same: false },
    {
      title: "if the server still has what it made of the same text",
      given: "paid",
      stored: "(paid)",
      known: KNOWN,
      same: true,
    },
    { title: "no longer if the server has another one", given: "paid", stored: "(due)", known: KNOWN, same: false },
    { title: "no longer if the program has another text", given: "due", stored: "(paid)", known: KNOWN, same: false },
    { title: "if the program gives the server's text", given: "(paid)", stored: "(paid)", known: KNOWN, same: true },
  ])("$title", ({ given, stored, known = {}, same }) => {
    expect(sameFilter({ ...T, where: given }, { ...T, oid: 1, where: stored }, known)).toBe(same);
  });
});

test("only filters that both the program and the server have are remembered", () => {
  const named = (name: string) => ({ schema: "s", name });
  const desired = aDesired({
    tables: [{ ...T, where: "paid" }, { ...named("u"), where: "due" }, "s.v", { ...named("w"), where: "true" }],
  });
  const actual = anActual({
    tables: [{ ...T, where: "(paid)", tree: "tree1" }, "s.u", { ...named("v"), where: "(n)", tree: "tree2" }],
  });
  expect(rememberFilters(desired, actual)).toEqual(KNOWN);
});

test("the server is told the fingerprints of the known filters, or null if it should read none", () => {
  expect(knownTrees(KNOWN)).toBe('{"\\"s\\".\\"t\\"":"tree1"}');
  expect(knownTrees({})).toBe("{}");
  expect(knownTrees(undefined)).toBeNull();
});
