import { expect, test } from "vitest";
import { currentNotes, notedElsewhere, ownNotes, sortNotes, whoseGrants } from "../../../provider/grants/ownNotes";
import { noteDrift } from "../../../provider/ownership/notes";
import type { Asker } from "../../../provider/ownership/whose";
import type { GrantsOwnership } from "../../../provider/postgres/sql/mark";
import type { Role } from "../../../provider/postgres/sql/role";
import { note } from "../../support/grants/values";

const PLACE = { database: "app", systemIdentifier: "7" };
const MARK = "org/app/dev/ClickPipesGrants/own";
const PATH = "acme:index:Orders";
const ROLE = { oid: 16400, name: "reader", marked: { comment: null, grants: [] } } as Partial<Role> as Role;
const asker = (more: Partial<Asker> = {}): Asker => ({
  identities: [{ mark: MARK, path: PATH }],
  state: { token: "t", oid: 16400 },
  here: PLACE,
  ...more,
});
const own = (more: Partial<GrantsOwnership> = {}) => note(MARK, { path: PATH, place: PLACE, ...more });
const pathless = note(MARK);

test.each<{ title: string; found: GrantsOwnership; asks?: Partial<Asker>; is: string; drift?: string }>([
  { title: "with the token of the state", found: note("other", { token: "t" }), is: "current" },
  {
    title: "of another create of the resource",
    found: own(),
    is: "sameResource",
    drift: "carries the note of another",
  },
  { title: "of an earlier version", found: pathless, is: "sameResource", drift: "carries the note of another" },
  {
    title: "of an earlier version, that two resources may have written",
    found: pathless,
    asks: { hasNamesake: true },
    is: "ambiguous",
    drift: "carries the note of another",
  },
  { title: "with other parents", found: own({ path: "" }), is: "unmarked", drift: "no longer contains the note" },
  {
    title: "that came with a branch",
    found: own({ place: { ...PLACE, systemIdentifier: "8" } }),
    is: "unmarked",
    drift: "no longer contains the note",
  },
])("a note $title: whose the grants are, and what a refresh finds", ({ found, asks, is, drift }) => {
  const whose = whoseGrants(ROLE, [found], asker(asks));
  expect(whose.is).toBe(is);
  expect(noteDrift("reader", whose)).toEqual(drift ? [expect.stringContaining(drift)] : []);
});

test("a create and an update take over the notes of the resource, and a delete only that of the state", () => {
  const [state, create, other] = [own({ token: "t" }), own(), note("other")];
  const all = [other, create, state];
  expect(sortNotes(all, ownNotes(asker()))).toEqual({ own: [create, state], others: [other] });
  expect(sortNotes(all, currentNotes(asker()))).toEqual({ own: [state], others: [other, create] });
});

test("only a note with the same parents, place and database counts on another role", () => {
  const on = (name: string, ...grants: GrantsOwnership[]) => ({ name, marked: { comment: null, grants } });
  const marked = [
    on("reader", own()),
    on("old", own()),
    on("pathless", pathless),
    on("parents", own({ path: "" })),
    on("shop", own({ database: "shop" })),
    on("branch", own({ place: { ...PLACE, systemIdentifier: "8" } })),
  ];
  expect(notedElsewhere(marked, ROLE, PATH, asker())).toEqual(["old"]);
  expect(notedElsewhere(marked, ROLE, undefined, asker())).toEqual([]);
});
