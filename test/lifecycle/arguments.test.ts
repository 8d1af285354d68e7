import { describe, expect, test } from "vitest";
import { Arguments } from "../../provider/lifecycle/arguments";
import { readTables } from "../../provider/lifecycle/tables";
import { hasUnknown, isUnknown } from "../../provider/lifecycle/unknown";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("arguments", () => {
  test("pass what a preview does not know, at any depth", () => {
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

  test("are all looked at, and what was found is never printed", () => {
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
      "text: holds a NUL character",
      "missing: is required",
      'text: expected one of "one", "two", found another string',
    ]);
  });
});

describe("tables", () => {
  const read = (tables: unknown) => {
    const args = new Arguments({ tables });
    return { tables: readTables(args, true), problems: args.problems };
  };

  test("come out sorted, once each, and as short as they can be written", () => {
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

  test("are refused where a name has no dot, two dots, or means two things", () => {
    expect(read(["orders"]).problems[0]).toContain('"orders" is not "schema.table" with exactly one dot');
    expect(read(["a.b.c"]).problems[0]).toContain("exactly one dot");
    expect(read([".a"]).problems[0]).toContain("exactly one dot");
    expect(read(["a.b", { schema: "a", name: "b", where: "id > 1" }]).problems[0]).toContain(
      "listed twice, differently",
    );
    expect(read([{ schema: "a" }]).problems).toEqual(["tables[0].name: is required"]);
  });

  test("stay as they are while one of them is unknown", () => {
    expect(read(["b.b", UNKNOWN, "a.a"]).tables).toEqual(["b.b", UNKNOWN, "a.a"]);
    expect(read(["b.b", { schema: UNKNOWN, name: "x" }]).problems).toEqual([]);
  });
});
