import { describe, expect, test } from "vitest";
import { type Asker, isElsewhere, isToken, type Whose, whose } from "../../provider/ownership/whose";
import type { Ownership } from "../../provider/postgres/sql/mark";
import { parseComment } from "../../provider/postgres/sql/mark";
import { BILLING, HERE, MARK, ORDERS, OTHER_STACK, PLACE, SIBLING, textOf } from "../support/user/owners";

const STATE = { token: "t1", oid: 16400 };
const OLD = { mark: MARK, token: "t0" };
const ELSEWHERE = { ...PLACE, systemIdentifier: "8" };
const OTHER_BRANCH = { ...PLACE, neonProject: "p-1", neonBranch: "br-2" };

interface Question {
  title: string;
  owner?: Ownership;
  /** The whole comment, if it isn't the marker alone. */
  text?: string;
  asker?: Partial<Asker>;
  oid?: number;
  is: Whose["is"];
}

function ask({ owner, text = owner ? textOf(owner) : undefined, asker, oid = 16400 }: Question): Whose {
  const identities = [{ mark: MARK, path: ORDERS }];
  return whose({ oid, marked: parseComment(text ?? null) }, { identities, here: HERE, ...asker });
}

const IN_CREATE: Question[] = [
  { title: "no marker", is: "noOne" },
  { title: "a comment of a user", text: "by hand", is: "noOne" },
  { title: "a marker that cannot be read", text: 'pulumi-neon-clickpipes: {"owner":', is: "unreadable" },
  { title: "its own identity", owner: { ...OLD, path: ORDERS, place: PLACE }, is: "sameResource" },
  { title: "its own identity, in another database of the server", owner: { ...OLD, path: ORDERS }, is: "sameResource" },
  { title: "its mark without a path", owner: OLD, is: "sameResource" },
  { title: "its mark without a path, and has a namesake", owner: OLD, asker: { hasNamesake: true }, is: "ambiguous" },
  {
    title: "its own identity, and has a namesake",
    owner: { ...OLD, path: ORDERS },
    asker: { hasNamesake: true },
    is: "sameResource",
  },
  { title: "its mark and another path", owner: { ...OLD, path: BILLING }, is: "sibling" },
  {
    title: "its mark and a path, but has none itself",
    owner: { ...OLD, path: BILLING },
    asker: { identities: [{ mark: MARK }] },
    is: "sameResource",
  },
  { title: "another name of its stack", owner: { ...SIBLING, token: "s1" }, is: "sibling" },
  { title: "another stack", owner: { ...OTHER_STACK, token: "o1" }, is: "otherStack" },
  { title: "its own identity, from another server", owner: { ...OLD, path: ORDERS, place: ELSEWHERE }, is: "copy" },
  {
    title: "another stack's, from another server",
    owner: { ...OTHER_STACK, token: "o1", place: ELSEWHERE },
    is: "copy",
  },
  {
    title: "its own identity, from another branch",
    owner: { ...OLD, path: ORDERS, place: OTHER_BRANCH },
    asker: { here: { ...HERE, neonProject: "p-1", neonBranch: "br-1" } },
    is: "copy",
  },
];

describe("a create finds", () => {
  test.each(IN_CREATE)("$title: $is", (question) => {
    expect(ask(question).is).toBe(question.is);
  });
});

const WITH_STATE: Question[] = [
  { title: "its token", owner: { ...OLD, path: ORDERS, token: "t1" }, is: "current" },
  {
    title: "its token without a path, whatever namesakes",
    owner: { ...OLD, token: "t1" },
    asker: { hasNamesake: true },
    is: "current",
  },
  { title: "its token with an older name", owner: { ...SIBLING, token: "t1" }, is: "current" },
  { title: "its token, from another server", owner: { ...OLD, token: "t1", place: ELSEWHERE }, is: "current" },
  { title: "no marker on the object of its OID", is: "unmarked" },
  { title: "an unreadable one on the object of its OID", text: "pulumi-neon-clickpipes: {", is: "unmarked" },
  { title: "no marker on another object", oid: 1, is: "noOne" },
  { title: "an unreadable one on another object", oid: 1, text: "pulumi-neon-clickpipes: {", is: "unreadable" },
  { title: "another token of its identity", owner: { ...OLD, path: ORDERS }, is: "sameResource" },
  { title: "another token of a namesake", owner: { ...OLD, path: BILLING }, is: "sibling" },
  { title: "another stack", owner: { ...OTHER_STACK, token: "o1" }, is: "otherStack" },
  { title: "a copy of another token", owner: { ...OLD, path: ORDERS, place: ELSEWHERE }, is: "copy" },
];

describe("a read, an update or a delete finds", () => {
  test.each(WITH_STATE)("$title: $is", ({ asker, ...question }) => {
    expect(ask({ ...question, asker: { state: STATE, ...asker } }).is).toBe(question.is);
  });

  test("what it was called before the program renamed it: sameResource", () => {
    const identities = [{ mark: MARK, path: ORDERS }, SIBLING];
    const owner = { ...SIBLING, token: "t0" };
    expect(ask({ title: "", owner, asker: { identities, state: STATE }, is: "sameResource" }).is).toBe("sameResource");
  });

  test("another owner even with the OID of its state, if its state has no token", () => {
    const state = { oid: 16400 };
    expect(ask({ title: "", owner: { ...OLD, path: ORDERS }, asker: { state }, is: "sameResource" }).is).toBe(
      "sameResource",
    );
    expect(ask({ title: "", asker: { state }, is: "unmarked" }).is).toBe("unmarked");
  });
});

test("two absent tokens are never equal", () => {
  const absent = {} as { token: string };
  expect(isToken(undefined, absent)).toBe(false);
  expect(isToken("t1", absent)).toBe(false);
  expect(isToken(undefined, { token: "t1" })).toBe(false);
  expect(isToken("t1", { token: "t1" })).toBe(true);
});

test.each<{ title: string; place?: Ownership["place"]; here: Asker["here"]; elsewhere: boolean }>([
  { title: "no place, as earlier versions wrote it", here: HERE, elsewhere: false },
  { title: "the same place", place: PLACE, here: PLACE, elsewhere: false },
  { title: "another database", place: PLACE, here: { ...PLACE, database: "other" }, elsewhere: true },
  { title: "another database, for what belongs to the server", place: PLACE, here: HERE, elsewhere: false },
  { title: "another server", place: ELSEWHERE, here: HERE, elsewhere: true },
  { title: "another branch", place: OTHER_BRANCH, here: { ...HERE, neonBranch: "br-1" }, elsewhere: true },
  { title: "another project", place: OTHER_BRANCH, here: { ...HERE, neonProject: "p-2" }, elsewhere: true },
  { title: "a branch, where it is not known here", place: OTHER_BRANCH, here: HERE, elsewhere: false },
])("a marker with $title was written elsewhere: $elsewhere", ({ place, here, elsewhere }) => {
  expect(isElsewhere(place, here)).toBe(elsewhere);
});
