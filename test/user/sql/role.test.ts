import { describe, expect, test } from "vitest";
import type { Role } from "../../../provider/postgres/sql/role";
import type { Statement } from "../../../provider/postgres/sql/statement";
import { createRole, setPassword } from "../../../provider/user/sql/password";
import { hasExpired, planRole, sameInstant } from "../../../provider/user/sql/plan";
import { privilegesOf } from "../../../provider/user/sql/privileges";
import { aRole } from "../../support/user/plans";

const ROLE = aRole();
const texts = (statements: Statement[]) => statements.map(({ text }) => text.trim());

describe("an existing role is sent", () => {
  test.each<{ title: string; actual: Partial<Role>; desired: Parameters<typeof planRole>[0]; statements: string[] }>([
    { title: "nothing if everything is as desired", actual: {}, desired: { name: "reader" }, statements: [] },
    {
      title: "nothing if limit and expiry are as desired",
      actual: { connectionLimit: 3, validUntil: "2030-01-31T00:00:00.000Z" },
      desired: { name: "reader", connectionLimit: 3, validUntil: "2030-01-31T01:00:00+01:00" },
      statements: [],
    },
    {
      title: "nothing about what the program does not set",
      actual: { connectionLimit: 3, validUntil: "2099-01-31T00:00:00.000Z", bypassRls: true, createDb: true },
      desired: { name: "reader" },
      statements: [],
    },
    {
      title: "one ALTER that names only what differs",
      actual: { canLogin: false, connectionLimit: 3 },
      desired: { name: "reader", connectionLimit: 4 },
      statements: ['alter role "reader" login connection limit 4'],
    },
    {
      title: "one ALTER for everything that differs",
      actual: { canLogin: false, replication: false, connectionLimit: 3, validUntil: "infinity" },
      desired: { name: "reader", connectionLimit: -1, validUntil: "2030-01-31T00:00:00.000Z" },
      statements: [`alter role "reader" login replication connection limit -1 valid until '2030-01-31T00:00:00.000Z'`],
    },
    {
      title: "the rename first, and everything after it under the new name",
      actual: { replication: false },
      desired: { name: 'new "name"' },
      statements: ['alter role "reader" rename to "new ""name"""', 'alter role "new ""name""" replication'],
    },
    {
      title: "no expiry if it has expired and the program sets none",
      actual: { validUntil: "2020-01-01T00:00:00.000Z" },
      desired: { name: "reader" },
      statements: [`alter role "reader" valid until 'infinity'`],
    },
    {
      title: "nothing if the program sets the expiry in the past that it has",
      actual: { validUntil: "2020-01-01T00:00:00.000Z" },
      desired: { name: "reader", validUntil: "2020-01-01T00:00:00.000Z" },
      statements: [],
    },
    {
      title: "an expiry in the past if the program sets it",
      actual: {},
      desired: { name: "reader", validUntil: "2020-01-01T00:00:00.000Z" },
      statements: [`alter role "reader" valid until '2020-01-01T00:00:00.000Z'`],
    },
  ])("$title", ({ actual, desired, statements }) => {
    expect(texts(planRole(desired, { ...ROLE, ...actual }))).toEqual(statements);
  });
});

describe("a password", () => {
  const all = [...createRole({ name: "it's", connectionLimit: 2 }, "se'cret"), ...setPassword("it's", "se'cret")];

  test("is sent as a value, never in a statement's text", () => {
    expect(all.filter(({ text }) => text.includes("cret"))).toEqual([]);
    expect(all.filter(({ values }) => values?.includes("se'cret"))).toHaveLength(2);
  });

  test("is cleared from the session's settings afterwards", () => {
    expect(setPassword("reader", "x").at(-1)?.text).toBe("select set_config('clickpipes.password', '', true)");
  });

  test("is set only after an ALTER has locked the role, so that no statement waits with it", () => {
    expect(texts(all).filter((text) => /^(create|alter) role/.test(text))).toEqual([
      `create role "it's" login replication connection limit 2`,
      `alter role "it's"`,
    ]);
    expect(all.at(-4)?.text).toBe(`alter role "it's"`);
  });
});

test("each privilege that ClickPipes does not need comes with the statement that takes it away", () => {
  const role = {
    ...ROLE,
    superuser: true,
    bypassRls: true,
    createRole: true,
    createDb: true,
    privilegedThrough: ["neon_superuser", "neondb_owner"],
  };
  expect(privilegesOf({ ...role, name: "Odd" }, "neon_superuser")).toEqual([
    { found: "SUPERUSER", fix: 'ALTER ROLE "Odd" NOSUPERUSER' },
    { found: "BYPASSRLS", fix: 'ALTER ROLE "Odd" NOBYPASSRLS' },
    { found: "CREATEROLE", fix: 'ALTER ROLE "Odd" NOCREATEROLE' },
    { found: "CREATEDB", fix: 'ALTER ROLE "Odd" NOCREATEDB' },
    { found: "membership in neon_superuser", fix: 'REVOKE "neon_superuser" FROM "Odd"' },
    {
      found: "membership in neondb_owner (and through it in neon_superuser)",
      fix: 'REVOKE "neondb_owner" FROM "Odd"',
    },
  ]);
  expect(privilegesOf(ROLE, "neon_superuser")).toEqual([]);
});

test.each([
  [undefined, "2030-01-01T00:00:00.000Z", true],
  ["infinity", null, true],
  ["infinity", "infinity", true],
  ["infinity", "2030-01-01T00:00:00.000Z", false],
  ["2030-01-01T00:00:00Z", null, false],
  ["2030-01-01T00:00:00+01:00", "2029-12-31T23:00:00.000Z", true],
])("a desired expiry of %j and an actual one of %j are the same instant: %j", (desired, actual, same) => {
  expect(sameInstant(desired, actual)).toBe(same);
});

test("a role has expired only after its expiry, and never without one", () => {
  expect(
    [null, "infinity", "2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"].map((validUntil) => hasExpired({ validUntil })),
  ).toEqual([...[false, false, false, true]]);
});
