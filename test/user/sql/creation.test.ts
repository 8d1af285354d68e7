import { describe, expect, test } from "vitest";
import type { Server } from "../../../provider/postgres/sql/server";
import { planCreation, planResumption } from "../../../provider/user/create";
import type { FirstPassword } from "../../../provider/user/password/choice";
import type { UserInputs } from "../../../provider/user/state";
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

const FIRST: FirstPassword = { token: "t2", password: STRONG, generated: true };
const OWNER = ownMarker("t2");
const KILLED = ownMarker("t1");
/** As an earlier version wrote it. */
const KILLED_BEFORE = { mark: MARK, token: "t1" };
const GRANTS = [{ database: "app", mark: "organization/app/dev/ClickPipesGrants/grants", token: "g1" }];
/** An existing role is locked before the password is sent. */
const PASSWORD = ['alter role "reader"', `password of reader: ${STRONG}`];
const wanted = (args: Partial<UserInputs> = {}): UserInputs => ({ ...IDENTITY, name: "reader", ...args });
const superuser = { superuser: true, createRole: true, replication: true };

describe("a new role is sent", () => {
  test.each<{ title: string; desired: Partial<UserInputs>; create: string; comment: string }>([
    {
      title: "LOGIN, REPLICATION, a password and a marker",
      desired: {},
      create: 'create role "reader" login replication',
      comment: marker(OWNER),
    },
    {
      title: "the limit and the expiry that the program sets",
      desired: { connectionLimit: 5, validUntil: "2030-01-31T00:00:00.000Z" },
      create: `create role "reader" login replication connection limit 5 valid until '2030-01-31T00:00:00.000Z'`,
      comment: marker(OWNER),
    },
    {
      title: "the program's comment, in front of the marker",
      desired: { comment: "reads" },
      create: 'create role "reader" login replication',
      comment: `reads\n${marker(OWNER)}`,
    },
    {
      title: "an empty comment as none",
      desired: { comment: "" },
      create: 'create role "reader" login replication',
      comment: marker(OWNER),
    },
  ])("$title", ({ desired, create, comment }) => {
    expect(summarize(planCreation(neonAdmin(17), wanted(desired), FIRST))).toEqual([
      create,
      `password of reader: ${STRONG}`,
      `comment on role "reader" is '${comment}'`,
    ]);
  });
});

describe("a new role", () => {
  test.each<{ title: string; server: Server; password?: string; message: string }>([
    { title: "is created by Neon's owner on Postgres 16", server: neonAdmin(16), message: "accepted" },
    { title: "is created by a superuser on Postgres 14", server: neonAdmin(14, superuser), message: "accepted" },
    {
      title: "is refused to an admin that isn't a superuser on Postgres 15",
      server: neonAdmin(15),
      message:
        '"neondb_owner" cannot create role "reader" with REPLICATION on Postgres 15.\n' +
        `Before Postgres 16, only a superuser can create a REPLICATION role, and "neondb_owner" isn't a superuser.\n` +
        `Create the role "reader" with Neon's console, CLI or API.\n` +
        "Then adopt it: set `adopt: true`, `allowPrivileged: true` (Neon makes it a member of neon_superuser) and its `password`.\n" +
        "Or upgrade to Postgres 16 or later.",
    },
    {
      title: "is refused to an admin without CREATEROLE",
      server: neonAdmin(16, { createRole: false }),
      message:
        '"neondb_owner" cannot create a REPLICATION role: it lacks CREATEROLE.\n' +
        "Connect as a role that has both CREATEROLE and REPLICATION, such as the owner role that Neon created with the project.",
    },
    {
      title: "is refused to an admin without either attribute",
      server: neonAdmin(18, { createRole: false, replication: false }),
      message:
        '"neondb_owner" cannot create a REPLICATION role: it lacks CREATEROLE and REPLICATION.\n' +
        "Connect as a role that has both CREATEROLE and REPLICATION, such as the owner role that Neon created with the project.",
    },
    {
      title: "is refused with a weak password",
      server: neonAdmin(17),
      password: "hunter2!",
      message:
        "password: has about 42 bits of entropy, and Neon requires at least 60.\nMake it longer, with more kinds of characters.",
    },
  ])("$title", ({ server, password = STRONG, message }) => {
    expect(refusalOf(() => planCreation(server, wanted(), { ...FIRST, password }))).toBe(message);
  });
});

describe("a role that a killed run left behind is sent", () => {
  const found = (comment: string | null) => aRole({ text: comment ? `${comment}\n${marker(KILLED)}` : marker(KILLED) });

  test.each<{ title: string; role: ReturnType<typeof aRole>; desired: Partial<UserInputs>; statements: string[] }>([
    {
      title: "a new password and a new token, even if everything else is as desired",
      role: found(null),
      desired: {},
      statements: [...PASSWORD, `comment on reader: ${marker(KILLED)} -> ${marker(OWNER)}`],
    },
    {
      title: "the difference to what the program now sets",
      role: aRole({ text: marker(KILLED), canLogin: false, connectionLimit: 3 }),
      desired: { connectionLimit: 5 },
      statements: [
        'alter role "reader" login connection limit 5',
        ...PASSWORD,
        `comment on reader: ${marker(KILLED)} -> ${marker(OWNER)}`,
      ],
    },
    {
      title: "the marker alone if the program sets no comment, which leaves its own unchanged",
      role: found("reads"),
      desired: {},
      statements: [...PASSWORD, `comment on reader: ${marker(KILLED)} -> ${marker(OWNER)}`],
    },
    {
      title: "no comment if the program sets an empty one",
      role: found("reads"),
      desired: { comment: "" },
      statements: [...PASSWORD, `comment on reader as a whole: ${marker(OWNER)}`],
    },
    {
      title: "a marker with path and place in the place of an earlier version's",
      role: aRole({ text: marker(KILLED_BEFORE) }),
      desired: {},
      statements: [...PASSWORD, `comment on reader: ${marker(KILLED_BEFORE)} -> ${marker(OWNER)}`],
    },
    {
      title: "one marker in the place of several",
      role: aRole({ text: `${marker(KILLED_BEFORE)} by hand\n${marker(KILLED)}` }),
      desired: {},
      statements: [
        ...PASSWORD,
        `comment on reader: ${marker(KILLED_BEFORE)} and ${marker(KILLED)} -> ${marker(OWNER)}`,
      ],
    },
    {
      title: "the markers of its grants again",
      role: aRole({ text: marker(KILLED, GRANTS) }),
      desired: {},
      statements: [...PASSWORD, `comment on reader: ${marker(KILLED, GRANTS)} -> ${marker(OWNER, GRANTS)}`],
    },
  ])("$title", ({ role, desired, statements }) => {
    const plan = planResumption(neonAdmin(17), role, wanted(desired), FIRST);
    expect(summarize(plan.statements)).toEqual(statements);
    expect(plan.outputs).toEqual({
      password: STRONG,
      roleOid: 16400,
      target: PLACE,
      token: "t2",
      generated: true,
    });
  });

  test.each<{ title: string; server: Server; role: ReturnType<typeof aRole>; password?: string; message: string }>([
    {
      title: "nothing if the admin may not alter it",
      server: neonAdmin(17),
      role: aRole({ text: marker(KILLED), mayAlter: false }),
      message:
        'role "reader" needs a change that "neondb_owner" cannot make.\n"neondb_owner" has no ADMIN option on "reader".\n' +
        "Make the change with Neon's console or API, or set the arguments to what the role already has.",
    },
    {
      title: "nothing if the new password is weak",
      server: neonAdmin(17),
      role: aRole({ text: marker(KILLED) }),
      password: "weak",
      message:
        "password: has about 18 bits of entropy, and Neon requires at least 60.\nMake it longer, with more kinds of characters.",
    },
  ])("$title", ({ server, role, password = STRONG, message }) => {
    expect(refusalOf(() => planResumption(server, role, wanted(), { ...FIRST, password }))).toBe(message);
  });
});
