import { describe, expect, test } from "vitest";
import {
  formatComment,
  formatMarker,
  type GrantsOwnership,
  hasUnreadableMarker,
  type Marked,
  markersIn,
  type Ownership,
  parseComment,
  quoteMark,
  withGrants,
} from "../../../provider/postgres/sql/mark";

const OWNER: Ownership = {
  mark: "organization/app/dev/ClickPipesUser/user",
  path: "acme:index:Orders",
  token: "t0",
  place: { database: "app", systemIdentifier: "7", neonProject: "p-1", neonBranch: "br-1" },
};
/** As an earlier version wrote it. */
const OLD_OWNER: Ownership = { mark: OWNER.mark, token: "t0" };
const note = (database: string, mark: string, more: Partial<GrantsOwnership> = {}): GrantsOwnership => ({
  database,
  mark,
  token: "t1",
  scope: { schemas: "*" },
  ...more,
});
const LABEL = "pulumi-neon-clickpipes: ";
const marker = (owner: Ownership, grants: GrantsOwnership[] = []): string =>
  `${formatMarker({ comment: null, owner, grants })}`;

describe("a comment with markers", () => {
  test.each<Marked>([
    { comment: null, grants: [] },
    { comment: "theirs", grants: [] },
    { comment: null, owner: OWNER, grants: [] },
    { comment: null, owner: { ...OWNER, path: "" }, grants: [] },
    { comment: null, owner: OLD_OWNER, grants: [] },
    { comment: "", owner: OWNER, grants: [] },
    { comment: "two\nlines\n", owner: OWNER, grants: [] },
    { comment: "pulumi-neon-clickpipes: {}", owner: OWNER, grants: [] },
    { comment: "x\npulumi-neon-clickpipes: by hand", owner: { ...OWNER, adopted: true }, grants: [] },
    { comment: null, grants: [note("app", "a")] },
    { comment: "x", owner: OLD_OWNER, grants: [note("app", "a", { path: "p" }), note("app", "a", { path: "q" })] },
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
    'pulumi-neon-clickpipes: {"owner": {"mark": "a", "token": "b", "path": 5}}',
    'pulumi-neon-clickpipes: {"owner": {"mark": "a", "token": "b", "place": {"database": "app"}}}',
    'pulumi-neon-clickpipes: {"owner": {"mark": "a"}}',
    'pulumi-neon-clickpipes: {"owner": {"mark": "a", "token": null}}',
    'pulumi-neon-clickpipes: {"grants": [{"mark": "a", "token": "b"}]}',
    'not at the beginning of a line: pulumi-neon-clickpipes: {"owner": {"mark": "a", "token": "b"}}',
    "plain",
  ])("is the user's own as a whole if its marker cannot be read: %j", (text) => {
    expect(parseComment(text)).toEqual({ comment: text, grants: [] });
  });

  test("is written in the same order after Pulumi's state has sorted the keys of its marker", () => {
    const { place = { database: "", systemIdentifier: "" }, ...rest } = { ...OWNER, adopted: true };
    const sorted = <T extends object>(value: T) => Object.fromEntries(Object.entries(value).sort()) as T;
    const owner = sorted({ ...rest, place: sorted(place) });
    expect(marker(owner)).toBe(marker({ ...OWNER, adopted: true }));
    expect(marker(owner)).toMatch(/"mark":.*"path":.*"token":.*"place":\{"database":.*"systemIdentifier":.*"adopted":/);
  });

  test("is null if there is neither a comment nor a marker", () => {
    expect(formatComment({ comment: null, grants: [] })).toBeNull();
    expect(parseComment(null)).toEqual({ comment: null, grants: [] });
  });
});

describe("a marker is found", () => {
  const own = marker(OWNER);

  test.each<{ title: string; text: string; comment: string | null }>([
    { title: "at the end of the comment", text: `mine\n${own}`, comment: "mine" },
    { title: "in front of a line of another user", text: `mine\n${own}\nby hand`, comment: "mine\nby hand" },
    { title: "in front of text on its own line", text: `mine\n${own} by hand`, comment: "mine by hand" },
    { title: "in front of several lines", text: `${own}\nby\nhand`, comment: "by\nhand" },
    { title: "in front of text if it comes first", text: `${own} by hand`, comment: " by hand" },
    { title: "in front of an empty line", text: `${own}\n\nby hand`, comment: "\nby hand" },
    { title: "in front of a brace", text: `${own}}`, comment: "}" },
    { title: "behind a marker that cannot be read", text: `${LABEL}{"owner"\n${own}`, comment: `${LABEL}{"owner"` },
    { title: "alone", text: own, comment: null },
  ])("$title", ({ text, comment }) => {
    const marked = parseComment(text);
    expect(marked).toEqual({ comment, owner: OWNER, grants: [] });
    expect(markersIn(text)).toEqual([own]);
    expect(markersIn(formatComment(marked))).toEqual([own]);
  });

  test("whatever braces and quotes its values hold", () => {
    const owner = { ...OWNER, mark: 'org/a}"{\\"/b', token: "}" };
    expect(parseComment(`${marker(owner)} behind`)).toEqual({ comment: " behind", owner, grants: [] });
  });

  test("several times, and the last owner and the last note of each of the grants count", () => {
    const text = [
      marker({ ...OWNER, token: "first" }, [note("app", "a", { token: "a1" }), note("app", "b")]),
      "by hand",
      `${marker({ ...OWNER, token: "last" }, [note("app", "a", { token: "a2" })])} behind`,
      formatMarker({ comment: null, grants: [note("app", "a", { path: "p" })] }),
    ].join("\n");
    expect(parseComment(text)).toEqual({
      comment: "by hand behind",
      owner: { ...OWNER, token: "last" },
      grants: [note("app", "a", { token: "a2" }), note("app", "a", { path: "p" }), note("app", "b")],
    });
    expect(markersIn(text)).toHaveLength(3);
    expect(markersIn(formatComment(parseComment(text)))).toHaveLength(1);
  });

  test("several times in a row at the beginning, and leaves no text", () => {
    const text = `${own}\n${own}\n${marker(OLD_OWNER)}`;
    expect(parseComment(text)).toEqual({ comment: null, owner: OLD_OWNER, grants: [] });
    expect(markersIn(text)).toHaveLength(3);
  });
});

test.each<{ text: string | null; unreadable: boolean }>([
  { text: null, unreadable: false },
  { text: "mine", unreadable: false },
  { text: marker(OWNER), unreadable: false },
  { text: `mine\n${marker(OLD_OWNER)} by hand`, unreadable: false },
  { text: `about ${LABEL}{"owner"`, unreadable: false },
  { text: `${LABEL}{"owner":{"mark":"o/p/s/k/n","tok`, unreadable: true },
  { text: `mine\n${LABEL}null`, unreadable: true },
  { text: `mine\n${LABEL}{"owner":{"mark":5,"token":"t"}}`, unreadable: true },
])("a comment $text has a marker that cannot be read: $unreadable", ({ text, unreadable }) => {
  expect(hasUnreadableMarker(parseComment(text))).toBe(unreadable);
});

describe("the markers of grants", () => {
  const notes = [note("app", "a"), note("app", "b"), note("shop", "a")];
  const names = (all: GrantsOwnership[]) => all.map(({ database, mark, path }) => [database, mark, path].join("/"));

  test("new ones replace those that the caller names", () => {
    const isReplaced = ({ database, mark }: GrantsOwnership) => database === "app" && ["a", "b"].includes(mark);
    expect(names(withGrants(notes, isReplaced, note("app", "d"), note("app", "c")))).toEqual([
      "app/c/",
      "app/d/",
      "shop/a/",
    ]);
    expect(notes).toHaveLength(3);
  });

  test("one is removed, and the others stay in order", () => {
    expect(withGrants(notes, (one) => one === notes[0])).toEqual([note("app", "b"), note("shop", "a")]);
  });

  test("are in order of database, mark and path, and one without a path comes first", () => {
    const all = [note("b", "a"), note("a", "b"), note("a", "a", { path: "q" }), note("a", "a", { path: "p" })];
    const expected = ["a/a/", "a/a/p", "a/a/q", "a/b/", "b/a/"];
    expect(names(withGrants(all, () => false, note("a", "a")))).toEqual(expected);
  });
});

test("a mark is quoted as it stands in a comment", () => {
  const mark = `org/Ünï "code"/😀`;
  const text = formatComment({ comment: null, owner: { ...OWNER, mark }, grants: [] });
  expect(text).toContain(`"mark":${quoteMark(mark)}`);
});
