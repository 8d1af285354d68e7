import { describe, expect, test } from "vitest";
import {
  formatComment,
  type GrantsOwnership,
  type Marked,
  parseComment,
  sameStack,
  withGrants,
} from "../../../provider/postgres/sql/mark";

const OWNER = { mark: "organization/app/dev/ClickPipesUser/user", token: "t0" };
const note = (database: string, mark: string): GrantsOwnership => ({
  database,
  mark,
  token: "t1",
  scope: { schemas: "*" },
});

describe("a comment with markers", () => {
  test.each<Marked>([
    { comment: null, grants: [] },
    { comment: "theirs", grants: [] },
    { comment: null, owner: OWNER, grants: [] },
    { comment: "", owner: OWNER, grants: [] },
    { comment: "two\nlines\n", owner: OWNER, grants: [] },
    { comment: "pulumi-neon-clickpipes: {}", owner: OWNER, grants: [] },
    { comment: "x\npulumi-neon-clickpipes: by hand", owner: { ...OWNER, adopted: true }, grants: [] },
    { comment: null, grants: [note("app", "a")] },
    { comment: "ünïcode '\"\\", owner: { mark: "org/Ünï code/😀/x/\"'\\", token: "t" }, grants: [note("dätä", "b")] },
  ])("is read as it was written: %j", (marked) => {
    expect(parseComment(formatComment(marked))).toEqual(marked);
  });

  test("keeps the markers in ASCII, whatever the encoding of the database that reads them", () => {
    const text = formatComment({ comment: null, owner: { mark: "org/Ünï/😀", token: "t" }, grants: [] });
    expect(text).toMatch(/^[\x20-\x7e]+$/);
  });

  test.each([
    "pulumi-neon-clickpipes: {broken",
    "x\npulumi-neon-clickpipes: null",
    'pulumi-neon-clickpipes: {"grants": 5}',
    "plain",
  ])("is the user's own as a whole if its marker cannot be read: %j", (text) => {
    expect(parseComment(text)).toEqual({ comment: text, grants: [] });
  });

  test("is null if there is neither a comment nor a marker", () => {
    expect(formatComment({ comment: null, grants: [] })).toBeNull();
    expect(parseComment(null)).toEqual({ comment: null, grants: [] });
  });
});

describe("the markers of grants", () => {
  const marked: Marked = {
    comment: "x",
    owner: OWNER,
    grants: [note("app", "a"), note("app", "b"), note("shop", "a")],
  };

  test("a new one replaces those of its marks in the same database", () => {
    const { grants, ...rest } = withGrants(marked, "app", ["a", "b"], note("app", "c"));
    expect(grants.map(({ database, mark }) => `${database}/${mark}`)).toEqual(["app/c", "shop/a"]);
    expect(rest).toEqual({ comment: "x", owner: OWNER });
  });

  test("one is removed, and the others stay in order", () => {
    expect(withGrants(marked, "app", ["a"]).grants).toEqual([note("app", "b"), note("shop", "a")]);
    expect(marked.grants).toHaveLength(3);
  });
});

test("a stack is identified by organization, project and stack", () => {
  expect(sameStack("o/p/dev/ClickPipesUser/a", "o/p/dev/ClickPipesGrants/b")).toBe(true);
  expect(sameStack("o/p/dev/ClickPipesUser/a", "o/p/prod/ClickPipesUser/a")).toBe(false);
});
