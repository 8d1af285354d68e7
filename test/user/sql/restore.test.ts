import { describe, expect, test } from "vitest";
import type { Role } from "../../../provider/postgres/sql/role";
import { planRestore } from "../../../provider/user/giveBack";
import type { RoleBefore } from "../../../provider/user/state";
import { aRole, MARK, marker, ownMarker, summarize } from "../../support/user/plans";

const ADOPTED = ownMarker("t1", { adopted: true });
/** As an earlier version wrote it. */
const ADOPTED_BEFORE = { mark: MARK, token: "t1", adopted: true };
const OTHER = { mark: "organization/app/prod/ClickPipesUser/user", token: "o1" };
const GRANTS = [{ database: "app", mark: "organization/app/dev/ClickPipesGrants/grants", token: "g1" }];
const UNMARKED = `comment on reader: ${marker(ADOPTED)} -> none`;

const adopted = (changes: Partial<Omit<Role, "marked">> = {}) => aRole({ text: marker(ADOPTED), ...changes });

describe("an adopted role that is deleted from the program is sent", () => {
  test.each<{ title: string; role?: Role; before: RoleBefore; name?: string; statements: string[] }>([
    { title: "only the removal of the marker if nothing was changed", before: {}, statements: [UNMARKED] },
    {
      title: "nothing that the adoption did not change",
      role: adopted({ connectionLimit: 9, validUntil: "2091-01-01T00:00:00.000Z" }),
      before: {},
      statements: [UNMARKED],
    },
    {
      title: "NOLOGIN and NOREPLICATION if it had neither",
      before: { canLogin: false, replication: false },
      statements: ['alter role "reader" nologin noreplication', UNMARKED],
    },
    {
      title: "no attribute that another user already restored",
      role: adopted({ canLogin: false, replication: false, connectionLimit: 4 }),
      before: { canLogin: false, replication: false, connectionLimit: 4 },
      statements: [UNMARKED],
    },
    {
      title: "its limit and its expiry",
      role: adopted({ connectionLimit: 9, validUntil: "2095-01-01T00:00:00.000Z" }),
      before: { connectionLimit: 4, validUntil: "2090-01-01T00:00:00.000Z" },
      statements: [`alter role "reader" connection limit 4 valid until '2090-01-01T00:00:00.000Z'`, UNMARKED],
    },
    {
      title: "no expiry if it had none",
      role: adopted({ validUntil: "2095-01-01T00:00:00.000Z" }),
      before: { validUntil: null },
      statements: [`alter role "reader" valid until 'infinity'`, UNMARKED],
    },
    {
      title: "its name first, and everything else under that name",
      role: adopted({ connectionLimit: 9 }),
      before: { name: "old", connectionLimit: 4 },
      name: "old",
      statements: [
        'alter role "reader" rename to "old"',
        'alter role "old" connection limit 4',
        `comment on old: ${marker(ADOPTED)} -> none`,
      ],
    },
    {
      title: "everything but its name if another role has that now",
      role: adopted({ connectionLimit: 9 }),
      before: { name: "old", connectionLimit: 4 },
      name: "reader",
      statements: ['alter role "reader" connection limit 4', UNMARKED],
    },
    {
      title: "its comment",
      role: adopted({ text: `new\n${marker(ADOPTED)}` }),
      before: { comment: "theirs" },
      statements: ["comment on reader as a whole: theirs"],
    },
    {
      title: "no comment if it had none",
      role: adopted({ text: `new\n${marker(ADOPTED)}` }),
      before: { comment: null },
      statements: ["comment on reader as a whole: none"],
    },
    {
      title: "only the removal of the marker if another user wrote a comment since, which stays",
      role: adopted({ text: `by hand\n${marker(ADOPTED)}` }),
      before: {},
      statements: [UNMARKED],
    },
    {
      title: "nothing but its comment if another user replaced the marker",
      role: adopted({ text: "by hand" }),
      before: { comment: "theirs" },
      statements: ["comment on reader as a whole: theirs"],
    },
    {
      title: "the removal of an earlier version's marker",
      role: adopted({ text: marker(ADOPTED_BEFORE) }),
      before: {},
      statements: [`comment on reader: ${marker(ADOPTED_BEFORE)} -> none`],
    },
    {
      title: "the marker of the resource that owned it before",
      before: { owned: OTHER },
      statements: [`comment on reader: ${marker(ADOPTED)} -> ${marker(OTHER)}`],
    },
    {
      title: "the markers of its grants again",
      role: adopted({ text: marker(ADOPTED, GRANTS) }),
      before: {},
      statements: [
        `comment on reader: ${marker(ADOPTED, GRANTS)} -> pulumi-neon-clickpipes: ${JSON.stringify({ grants: GRANTS })}`,
      ],
    },
    {
      title: "no ALTER if the admin may not alter it",
      role: adopted({ mayAlter: false, connectionLimit: 9 }),
      before: { connectionLimit: 4 },
      statements: [UNMARKED],
    },
    {
      title: "nothing at all if the admin may not comment on it either",
      role: adopted({ mayAlter: false, mayComment: false, connectionLimit: 9 }),
      before: { connectionLimit: 4 },
      statements: [],
    },
  ])("$title", ({ role = adopted(), before, name = "reader", statements }) => {
    expect(summarize(planRestore(role, before, name))).toEqual(statements);
  });
});
