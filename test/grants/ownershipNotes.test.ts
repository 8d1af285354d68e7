import { describe, expect, test } from "vitest";
import { notedBefore, noteOf, OwnershipNotes, preexistingOf, scopesGiven } from "../../provider/grants/ownershipNotes";
import { ownNotes, sortNotes } from "../../provider/grants/ownNotes";
import { rightKey } from "../../provider/grants/sql/preexisting";
import type { ScopeInputs } from "../../provider/grants/sql/scope";
import type { GrantsState } from "../../provider/grants/state";
import { formatComment, formatMarker, type GrantsOwnership, type NotedScope } from "../../provider/postgres/sql/mark";
import type { Role } from "../../provider/postgres/sql/role";
import { note, tableRight } from "../support/grants/values";

const PLACE = { database: "app", systemIdentifier: "7" };
const ORDERS = { tables: ["app.orders"] };
const LINES = { tables: ["app.lines"] };
const key = rightKey(tableRight("app.orders"));
const strings = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);

describe("the note of grants", () => {
  const basic = { database: "app", mark: "m", path: "acme:index:Orders", token: "t", place: PLACE };
  test.each<{ title: string; scope: ScopeInputs; found: string[]; given?: string[]; noted: GrantsOwnership }>([
    { title: "has the scope", scope: ORDERS, found: [], noted: { ...basic, scope: ORDERS } },
    {
      title: "lists what the role held before",
      scope: ORDERS,
      found: [key],
      noted: { ...basic, found: true, before: [key], scope: ORDERS },
    },
    {
      title: "lists up to 100 rights and 200 names",
      scope: { schemas: strings(150), tables: strings(50) },
      found: strings(100),
      noted: { ...basic, found: true, before: strings(100), scope: { schemas: strings(150), tables: strings(50) } },
    },
    {
      title: "says only that there were rights if there were more than 100",
      scope: { schemas: "*" },
      found: strings(101),
      noted: { ...basic, found: true, scope: { schemas: "*" } },
    },
    {
      title: "has no scope with more than 200 names",
      scope: { schemas: strings(150), tables: strings(51) },
      found: [],
      noted: basic,
    },
    {
      title: "lists what these grants gave next to default privileges from before",
      scope: ORDERS,
      found: [key],
      given: [key],
      noted: { ...basic, found: true, before: [key], given: [key], scope: ORDERS },
    },
  ])("$title", ({ scope, found, given = [], noted }) => {
    const inputs = { mark: "m", path: "acme:index:Orders", role: "reader", ...scope };
    expect(noteOf(inputs, PLACE, "t", { found, given }, [])).toEqual(noted);
  });

  test("counts only as far as its keys can be keys of rights", () => {
    const others = [
      note("a", { before: [key, "no key"] }),
      note("b"),
      note("c", { before: key as unknown as string[] }),
    ];
    expect(notedBefore(others)).toEqual([key]);
  });
});

describe("what grants may have given", () => {
  const state: GrantsState = {
    id: "reader",
    mark: "m",
    role: "reader",
    token: "t",
    ...ORDERS,
    found: ["in state"],
    given: ["g"],
  };
  const inState = { found: ["in state"], given: ["g"] };
  test.each<{ title: string; own: Partial<GrantsOwnership> | undefined; scopes: NotedScope[]; found: string[] }>([
    { title: "is the scope in the state if there is no note", own: undefined, scopes: [ORDERS], found: [] },
    {
      title: "is the scope in the state if the note has the same",
      own: { scope: ORDERS },
      scopes: [ORDERS],
      found: [],
    },
    { title: "is the scope in the state if the note has none", own: {}, scopes: [ORDERS], found: [] },
    { title: "includes the scope that a killed run noted", own: { scope: LINES }, scopes: [ORDERS, LINES], found: [] },
    {
      title: "includes that scope, apart from what the role held before",
      own: { scope: LINES, found: true, before: [key] },
      scopes: [ORDERS, LINES],
      found: [key],
    },
    {
      title: "includes what a killed run gave next to default privileges from before",
      own: { scope: ORDERS, found: true, before: [key], given: [rightKey(tableRight("app.lines"))] },
      scopes: [ORDERS],
      found: [key],
    },
    {
      title: "excludes that scope if the note cannot list what the role held before",
      own: { scope: LINES, found: true },
      scopes: [ORDERS],
      found: [],
    },
  ])("$title", ({ own, scopes, found }) => {
    const asker = { identities: [state], state: { token: "t" }, here: PLACE };
    const { own: notes } = sortNotes(
      [
        note("other", { scope: { schemas: "*" }, found: true, before: [rightKey(tableRight("app.items"))] }),
        ...(own ? [note("former name", { token: "t", ...own })] : []),
      ],
      ownNotes(asker),
    );
    expect(scopesGiven(state, notes)).toEqual(scopes);
    const all = { found: [...inState.found, ...found], given: [...inState.given, ...(own?.given ?? [])] };
    expect(preexistingOf(state, notes)).toEqual(all);
  });
});

describe("the notes on a role", () => {
  const [own, other] = [note("own"), note("other")];
  const elsewhere = note("elsewhere", { database: "shop" });
  const roleWith = (mayComment: boolean, grants: GrantsOwnership[] = []) => {
    const marked = { comment: "reads", grants };
    return { oid: 16400, name: "reader", mayComment, marked, text: formatComment(marked) } as Role;
  };
  const of =
    (...marks: string[]) =>
    ({ mark }: GrantsOwnership) =>
      marks.includes(mark);
  const marksOf = (notes: OwnershipNotes, role: Role) => notes.of(role, PLACE).map(({ mark }) => mark);

  test("are those of its comment for this database, if the admin may write it", () => {
    expect(marksOf(new OwnershipNotes(), roleWith(true, [own, elsewhere, other]))).toEqual(["own", "other"]);
  });

  test.each<{ title: string; found: GrantsOwnership[]; entry?: GrantsOwnership; after: GrantsOwnership[] | undefined }>(
    [
      { title: "get a new note", found: [other], entry: own, after: [other, own] },
      { title: "replace the note of the same mark", found: [note("own", { token: "old" })], entry: own, after: [own] },
      { title: "replace the note of the former mark", found: [note("former")], entry: own, after: [own] },
      { title: "lose a note, and keep those of other databases", found: [own, elsewhere], after: [elsewhere] },
      { title: "send nothing if the note is there already", found: [own], entry: own, after: undefined },
      { title: "send nothing if there is no note to remove", found: [other], after: undefined },
    ],
  )("$title", ({ found, entry, after }) => {
    const statements = new OwnershipNotes().write(roleWith(true, found), PLACE, of("own", "former"), entry);
    const sorted = after && [...after].sort((a, b) => (`${a.database} ${a.mark}` < `${b.database} ${b.mark}` ? -1 : 1));
    expect(statements[0]?.values?.[5]).toEqual(sorted && formatMarker({ comment: null, grants: sorted }));
  });

  test("stay in this run's memory if the admin may not write the comment, one list for each role and database", () => {
    const [notes, role] = [new OwnershipNotes(), roleWith(false)];
    const shop = { ...PLACE, database: "shop" };
    const branch = { ...PLACE, neonBranch: "br-1" };
    expect(notes.write(role, PLACE, of("own"), own)).toEqual([]);
    notes.write(role, PLACE, of("other"), other);
    notes.write(role, shop, of("elsewhere"), elsewhere);
    expect(marksOf(notes, role)).toEqual(["own", "other"]);
    expect(notes.of(role, shop)).toEqual([elsewhere]);
    expect([notes.of(role, branch), notes.of({ ...role, oid: 7 }, PLACE)]).toEqual([[], []]);
    notes.write(role, PLACE, of("own"), undefined);
    expect(marksOf(notes, role)).toEqual(["other"]);
  });
});
