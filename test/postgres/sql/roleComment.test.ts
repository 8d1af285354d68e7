import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatComment, type Marked, type Ownership, parseComment } from "../../../provider/postgres/sql/mark";
import { readExistingRole } from "../../../provider/postgres/sql/role";
import { commentOnRole } from "../../../provider/postgres/sql/roleComment";
import { useDatabase } from "../../support/postgres/database";
import { aRole, marker, ownMarker } from "../../support/user/plans";

const OLD = ownMarker("t1");
const NEW = ownMarker("t2");

/** What the two statements carry as values. */
function valuesOf(text: string | null, marked: Marked, name?: string): unknown {
  return commentOnRole(aRole({ text }), marked, name)[0]?.values;
}

describe("a comment on a role", () => {
  test("that is already there is not written again", () => {
    const role = aRole({ text: `same\n${marker(OLD)}` });
    expect(commentOnRole(role, role.marked)).toEqual([]);
  });

  test("is changed by removing and adding markers if the user's own comment stays", () => {
    const text = `mine\n${marker(OLD)}`;
    expect(valuesOf(text, { comment: "mine", owner: NEW, grants: [] })).toEqual([
      ...["16400", "reader", `of ${text}`, "kept"],
      ...[JSON.stringify([marker(OLD)]), marker(NEW)],
    ]);
  });

  test("is sent as a whole, as a value, if the user's own comment changes", () => {
    const [settings, block] = commentOnRole(aRole(), { comment: "it's after", owner: NEW, grants: [] }, "renamed");
    expect(settings?.values).toEqual(["16400", "renamed", "", "replaced", "[]", `it's after\n${marker(NEW)}`]);
    expect(block?.text).not.toContain("after");
  });

  test("is removed if neither a comment nor a marker is left", () => {
    expect(valuesOf(marker(OLD), { comment: null, grants: [] })).toMatchObject([
      ...[expect.anything(), expect.anything(), expect.anything(), "kept"],
      ...[JSON.stringify([marker(OLD)]), ""],
    ]);
  });
});

const COMMENTS: (string | null)[] = [
  null,
  "mine",
  'it\'s \\ "mine" $$ %s\n\nünïcode 😀\n',
  marker(OLD),
  `mine\n${marker(OLD)}`,
  `mine\n${marker(OLD)} by hand`,
  `mine\n${marker(OLD)}\nby hand`,
  `${marker(OLD)} by hand`,
  `${marker(OLD)}\nby hand`,
  `${marker(OLD)}\n${marker(OLD)}\n${marker({ mark: OLD.mark, token: "t0" })}`,
  `${marker(OLD)} by\n${marker(OLD)}\nhand\n${marker(OLD)}`,
  `about ${marker(OLD)}\n${marker(OLD)}\n`,
];

describe.each([14, 18] as const)("the server writes on Postgres %i", (version) => {
  const db = useDatabase(version);
  beforeAll(() => db.query("create role reader"));
  afterAll(() => db.query("drop role if exists reader"));

  async function comment(text: string | null): Promise<void> {
    await db.query("select set_config('test.comment', $1, false)", [text ?? ""]);
    await db.query(
      "do $$ begin execute format('comment on role reader is %L', nullif(current_setting('test.comment'), '')); end $$",
    );
  }

  async function written(change: (marked: Marked) => Marked): Promise<string | null> {
    const query = readExistingRole({ oid: null, name: "reader" });
    const role = query.read(await db.query(query.text, query.values as unknown[]));
    await db.query("begin");
    for (const { text, values } of commentOnRole(role, change(role.marked))) await db.query(text, values as unknown[]);
    await db.query("commit");
    const [after] = await db.query<{ text: string | null }>(
      "select shobj_description('reader'::regrole, 'pg_authid') as text",
    );
    return after?.text ?? null;
  }

  test.each(COMMENTS)("what the plan says, with one marker, from %j", async (text) => {
    for (const owner of [NEW, undefined] satisfies (Ownership | undefined)[]) {
      await comment(text);
      const expected: Marked = { comment: parseComment(text).comment, ...(owner && { owner }), grants: [] };
      expect(await written(({ comment: own }) => ({ ...expected, comment: own }))).toBe(formatComment(expected));
      await comment(text);
      const replaced: Marked = { ...expected, comment: "new" };
      expect(await written(() => replaced)).toBe(formatComment(replaced));
    }
  });
});
