import { describe, expect, test } from "vitest";
import type { Role } from "../../../provider/postgres/sql/role";
import type { Server } from "../../../provider/postgres/sql/server";
import { argumentsBefore } from "../../../provider/user/before";
import { passwordToSet, type Secret } from "../../../provider/user/password/choice";
import { planRepair } from "../../../provider/user/repair";
import type { RoleBefore, UserInputs } from "../../../provider/user/state";
import { updateMark } from "../../../provider/user/update";
import { refusalOf } from "../../support/refusalOf";
import {
  aRole,
  IDENTITY,
  MARK,
  marker,
  neonAdmin,
  ownMarker,
  PLACE,
  STRONG,
  summarize,
} from "../../support/user/plans";

const EXPIRED = "2020-01-01T00:00:00.000Z";
/** An existing role is locked before the password is sent. */
const PASSWORD = ['alter role "reader"', `password of reader: ${STRONG}`];
const WEAK =
  "password: has about 18 bits of entropy, and Neon requires at least 60.\nMake it longer, with more kinds of characters.";

interface Repair {
  title: string;
  server?: Server;
  role?: Role;
  desired?: Partial<UserInputs>;
  set?: Secret["set"];
  password?: string;
}

function plan({ server = neonAdmin(17), role = aRole(), desired = {}, set = "no", password = STRONG }: Repair) {
  const user = { ...IDENTITY, name: "reader", ...desired };
  return planRepair(server, role, user, { password, generated: desired.password === undefined, set });
}

describe("an updated role is sent", () => {
  test.each<Repair & { statements: string[] }>([
    { title: "nothing if everything is as desired", statements: [] },
    {
      title: "nothing if everything is as desired, even if the admin may not alter it",
      role: aRole({ mayAlter: false }),
      statements: [],
    },
    {
      title: "nothing about what the program does not set",
      role: aRole({ connectionLimit: 3, validUntil: "2099-01-01T00:00:00.000Z" }),
      statements: [],
    },
    {
      title: "one ALTER for everything that differs",
      role: aRole({ canLogin: false, replication: false, connectionLimit: 3 }),
      desired: { connectionLimit: 4 },
      statements: ['alter role "reader" login replication connection limit 4'],
    },
    {
      title: "the rename first, then the password under the new name",
      desired: { name: "new" },
      set: "desired",
      statements: ['alter role "reader" rename to "new"', 'alter role "new"', `password of new: ${STRONG}`],
    },
    { title: "a new password", set: "desired", statements: PASSWORD },
    { title: "the known password again if it refused it", set: "refused", statements: PASSWORD },
    {
      title: "no expiry if it has expired, but not the known password, which it refused only for that reason",
      role: aRole({ validUntil: EXPIRED }),
      set: "refused",
      statements: [`alter role "reader" valid until 'infinity'`],
    },
    {
      title: "a generated password whatever its strength",
      password: "weak",
      set: "refused",
      statements: ['alter role "reader"', "password of reader: weak"],
    },
    {
      title: "a change to a REPLICATION role by an admin that lacks REPLICATION itself",
      server: neonAdmin(17, { replication: false }),
      desired: { connectionLimit: 4 },
      statements: ['alter role "reader" connection limit 4'],
    },
    {
      title: "a change on Postgres 14 by a superuser",
      server: neonAdmin(14, { superuser: true }),
      role: aRole({ canLogin: false }),
      statements: ['alter role "reader" login'],
    },
  ])("$title", ({ statements, ...repair }) => {
    const { statements: sent, set, warnings } = plan(repair);
    expect(summarize(sent)).toEqual(statements);
    expect(set).toBe(statements.some((one) => one.startsWith("password of")));
    expect(warnings).toEqual([]);
  });
});

describe("an admin that may not alter the role", () => {
  const locked = { mayAlter: false };

  test.each<Repair & { warnings: string[] }>([
    {
      title: "is only warned about NOLOGIN, with the statement to run",
      role: aRole({ ...locked, canLogin: false }),
      warnings: [
        'role "reader" needs a change that "neondb_owner" cannot make.\nRun as an admin: alter role "reader" login;',
      ],
    },
    {
      title: "is only warned about an expiry that the program does not set",
      role: aRole({ ...locked, validUntil: EXPIRED }),
      warnings: [
        `role "reader" needs a change that "neondb_owner" cannot make.\nRun as an admin: alter role "reader" valid until 'infinity';`,
      ],
    },
    {
      title: "is only warned about a password that the role no longer accepts",
      role: aRole(locked),
      set: "refused",
      warnings: [
        'role "reader" does not accept its password, and "neondb_owner" cannot set it.\n' +
          "Set `password` to the password that the role has, or have an admin set the role's password to the one in the state.",
      ],
    },
    {
      title: "is warned about NOLOGIN and the password separately",
      server: neonAdmin(14),
      role: aRole({ canLogin: false }),
      set: "refused",
      warnings: [
        'role "reader" needs a change that "neondb_owner" cannot make.\nRun as an admin: alter role "reader" login;',
        'role "reader" does not accept its password, and "neondb_owner" cannot set it.\n' +
          "Set `password` to the password that the role has, or have an admin set the role's password to the one in the state.",
      ],
    },
  ])("$title", ({ warnings, ...repair }) => {
    expect(plan(repair)).toEqual({ statements: [], set: false, warnings });
  });

  test.each<Repair>([
    { title: "is refused a limit that the program sets", desired: { connectionLimit: 4 } },
    { title: "is refused an expiry that the program sets", desired: { validUntil: "2099-01-01T00:00:00.000Z" } },
    { title: "is refused a rename", desired: { name: "new" } },
    { title: "is refused a new password", set: "desired" },
    {
      title: "is refused a change by the program, even if another user changed the role too",
      role: aRole({ ...locked, canLogin: false }),
      desired: { connectionLimit: 4 },
    },
  ])("$title", ({ role = aRole(locked), ...repair }) => {
    expect(refusalOf(() => plan({ role, ...repair }))).toBe(
      'role "reader" needs a change that "neondb_owner" cannot make.\n"neondb_owner" has no ADMIN option on "reader".\n' +
        "Make the change with Neon's console or API, or set the arguments to what the role already has.",
    );
  });
});

test("a weak password of the program is refused only if it has to be set", () => {
  const weak = { title: "", password: "weak", desired: { password: "weak" } };
  expect(refusalOf(() => plan({ ...weak, set: "desired" }))).toBe(WEAK);
  expect(refusalOf(() => plan({ ...weak, set: "no" }))).toBe("accepted");
});

test("the password of the role that Pulumi connects as is never set, but its attributes are", () => {
  const self = { title: "", server: neonAdmin(17, { login: "reader" }), role: aRole({ canLogin: false }) };
  expect(refusalOf(() => plan({ ...self, set: "desired" }))).toContain("is the role that Pulumi connects as");
  expect(summarize(plan(self).statements)).toEqual(['alter role "reader" login']);
});

test.each<{ title: string; set: Secret["set"]; validUntil: string | null; password: string | undefined }>([
  { title: "a password that the role accepts is not set", set: "no", validUntil: null, password: undefined },
  { title: "a new password is set", set: "desired", validUntil: null, password: STRONG },
  { title: "a new password is set on an expired role too", set: "desired", validUntil: EXPIRED, password: STRONG },
  { title: "a refused password is set again", set: "refused", validUntil: null, password: STRONG },
  {
    title: "a password that an expired role refused is not set",
    set: "refused",
    validUntil: EXPIRED,
    password: undefined,
  },
])("$title", ({ set, validUntil, password }) => {
  expect(passwordToSet({ password: STRONG, generated: true, set }, aRole({ validUntil }))).toBe(password);
});

test.each<{ title: string; desired: Partial<UserInputs>; before: RoleBefore }>([
  { title: "an update of an adopted role remembers nothing that the program does not set", desired: {}, before: {} },
  {
    title: "an update of an adopted role remembers its old name",
    desired: { name: "new" },
    before: { name: "reader" },
  },
  {
    title: "an update of an adopted role remembers its old limit, expiry and comment",
    desired: { connectionLimit: 9, validUntil: "infinity", comment: "new" },
    before: { connectionLimit: 4, validUntil: null, comment: "theirs" },
  },
])("$title", ({ desired, before }) => {
  const role = aRole({ connectionLimit: 4, text: "theirs" });
  expect(argumentsBefore(role, { ...IDENTITY, name: "reader", ...desired })).toEqual(before);
});

describe("the comment of an updated role", () => {
  const state = { id: "reader", ...IDENTITY, name: "reader", token: "t1" };
  const own = ownMarker("t1");

  test.each<{ title: string; text: string | null; desired?: string; adopted?: true; comment?: string }>([
    { title: "keeps its marker", text: marker(own) },
    { title: "gets path and place in the marker of an earlier version", text: marker({ mark: MARK, token: "t1" }) },
    { title: "gets a lost marker back", text: null },
    { title: "gets its marker back after the text of another user", text: "by hand", comment: "by hand" },
    {
      title: "keeps the text that another user appended to the marker, in front of it",
      text: `old\n${marker(own)} by hand`,
      comment: "old by hand",
    },
    {
      title: "gets the marker of a resource that the program renamed",
      text: marker({ ...own, mark: "organization/app/dev/ClickPipesUser/old" }),
    },
    {
      title: "gets the token of the state in place of an older one of the same resource",
      text: marker(ownMarker("t0")),
    },
    {
      title: "gets the token of the state in place of a copied marker",
      text: marker(ownMarker("t0", { place: { ...PLACE, systemIdentifier: "8" } })),
    },
    { title: "still says that the role was adopted", text: marker(own), adopted: true },
    { title: "takes the program's comment", text: `old\n${marker(own)}`, desired: "new", comment: "new" },
    { title: "loses the user's part if the program sets an empty one", text: `old\n${marker(own)}`, desired: "" },
  ])("$title", ({ text, desired, adopted, comment = null }) => {
    const user = { ...IDENTITY, name: "reader", comment: desired };
    const change = { state: { ...state, adopted }, user, token: "t1" };
    expect(updateMark(aRole({ text }).marked, PLACE, change)).toEqual({
      comment,
      owner: adopted ? { ...own, adopted } : own,
      grants: [],
    });
  });
});
