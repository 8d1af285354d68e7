import { describe, expect, test } from "vitest";
import { Arguments, canonicalList } from "../../provider/lifecycle/arguments";
import { readTables } from "../../provider/lifecycle/tables";
import { hasUnknown, isUnknown } from "../../provider/lifecycle/unknown";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("arguments", () => {
  test("pass what a preview does not know yet, at any depth", () => {
    const args = new Arguments({ name: UNKNOWN, flag: UNKNOWN, list: [UNKNOWN, "a"], whole: UNKNOWN, number: UNKNOWN });
    expect(args.identifier("name", { required: true })).toBe(UNKNOWN);
    expect(args.flag("flag")).toBe(UNKNOWN);
    expect(args.identifiers("list")).toEqual([UNKNOWN, "a"]);
    expect(args.identifiers("whole")).toBe(UNKNOWN);
    expect(args.integer("number", 0, 1)).toBe(UNKNOWN);
    expect(args.problems).toEqual([]);
    expect(hasUnknown({ a: [{ b: UNKNOWN }] })).toBe(true);
    expect(isUnknown([UNKNOWN])).toBe(false);
  });

  test("are all checked, and their values are never printed", () => {
    const args = new Arguments({ name: { password: "hunter2" }, flag: "hunter2", list: ["ok", 7], text: "a\0b" });
    args.identifier("name");
    args.flag("flag");
    args.identifiers("list");
    args.text("text");
    args.text("missing", { required: true });
    args.oneOf("text", "one", "two");
    expect(args.problems).toEqual([
      "name: expected a string, found an object",
      "flag: expected true or false, found a string",
      "list[1]: expected a string, found a number",
      "text: contains a NUL character",
      "missing: is required",
      'text: expected one of "one", "two", found another string',
    ]);
  });

  const kinds = new Arguments({
    ...{ n: 7, big: 11, half: 0.5, none: Number.NaN, text: "soon" },
    o: { inner: 1 },
    l: [],
  });
  test.each([
    { what: "an integer in range", read: () => kinds.integer("n", 1, 10), value: 7 },
    { what: "an integer out of range", read: () => kinds.integer("big", 1, 10) },
    { what: "a fraction for an integer", read: () => kinds.integer("half", 0, 10) },
    { what: "a number", read: () => kinds.textOrNumber("half"), value: 0.5 },
    { what: "a text for a number", read: () => kinds.textOrNumber("text"), value: "soon" },
    { what: "a number that JSON does not have", read: () => kinds.textOrNumber("none") },
    { what: "one of the choices", read: () => kinds.oneOf("text", "soon", "late"), value: "soon" },
    { what: "none of the choices", read: () => kinds.oneOf("text", "late") },
    { what: "an absent argument", read: () => kinds.flag("absent") },
    { what: "a list for an object", read: () => kinds.object("l") },
    { what: "a number inside an object", read: () => kinds.object("o")?.integer("inner", 0, 1), value: 1 },
  ])("read $what as $value", ({ read, value }) => {
    expect(read()).toBe(value);
  });

  test("name every argument that does not exist, by its path", () => {
    const args = new Arguments({ name: "a", nmae: "b", __provider: "c" }, "user.");
    args.only("name");
    expect(args.problems).toEqual(["user.nmae: there is no such argument"]);
  });

  test.each([
    { list: ["b", "a", "b"], canonical: ["a", "b"] },
    { list: ["b", UNKNOWN, "a"], canonical: ["b", UNKNOWN, "a"] },
    { list: undefined, canonical: undefined },
  ])("sort the list $list to $canonical", ({ list, canonical }) => {
    expect(canonicalList(list, (a, b) => a.localeCompare(b))).toEqual(canonical);
  });
});

describe("tables", () => {
  const read = (tables: unknown) => {
    const args = new Arguments({ tables });
    return { tables: readTables(args, true), problems: args.problems };
  };

  test("are sorted, without duplicates, and written in the shortest form", () => {
    const spec = { schema: "public", name: "b", columns: ["z", "a"] };
    expect(
      read(["shop.a", { schema: "public", name: "c" }, spec, "public.c", { schema: "a.b", name: "c" }]).tables,
    ).toEqual([
      { schema: "a.b", name: "c" },
      { schema: "public", name: "b", columns: ["a", "z"] },
      "public.c",
      "shop.a",
    ]);
  });

  test("are refused if a name has no dot or two dots, or is listed twice in different ways", () => {
    expect(read(["orders"]).problems[0]).toContain('"orders" is not "schema.table" with exactly one dot');
    expect(read(["a.b.c"]).problems[0]).toContain("exactly one dot");
    expect(read([".a"]).problems[0]).toContain("exactly one dot");
    expect(read(["a.b", { schema: "a", name: "b", where: "id > 1" }]).problems[0]).toContain(
      "listed twice with different options",
    );
    expect(read([{ schema: "a" }]).problems).toEqual(["tables[0].name: is required"]);
  });

  test("stay unchanged while one of them is unknown", () => {
    expect(read(["b.b", UNKNOWN, "a.a"]).tables).toEqual(["b.b", UNKNOWN, "a.a"]);
    expect(read(["b.b", { schema: UNKNOWN, name: "x" }]).problems).toEqual([]);
  });
});
