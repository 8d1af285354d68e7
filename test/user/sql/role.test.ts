import { describe, expect, test } from "vitest";
import type { Role } from "../../../provider/postgres/sql/role";
import type { Statement } from "../../../provider/postgres/sql/statement";
import { createRole, setPassword } from "../../../provider/user/sql/password";
import { hasExpired, planRole, sameInstant } from "../../../provider/user/sql/plan";
import { privilegesOf } from "../../../provider/user/sql/privileges";

const ROLE: Role = {
  oid: 16400,
  name: "reader",
  canLogin: true,
  replication: true,
  superuser: false,
  bypassRls: false,
  createRole: false,
  createDb: false,
  connectionLimit: -1,
  validUntil: null,
  text: null,
  marked: { comment: null, grants: [] },
  privilegedThrough: [],
  mayAlter: true,
  mayComment: true,
};
const texts = (statements: Statement[]) => statements.map(({ text }) => text.trim());

describe("what changes a role", () => {
  test.each<{ title: string; actual: Partial<Role>; desired: Parameters<typeof planRole>[0]; statements: string[] }>([
    { title: "nothing, when all is as wished", actual: {}, desired: { name: "reader" }, statements: [] },
    {
      title: "nothing, when limit and end are as wished",
      actual: { connectionLimit: 3, validUntil: "2030-01-31T00:00:00.000Z" },
      desired: { name: "reader", connectionLimit: 3, validUntil: "2030-01-31T01:00:00+01:00" },
      statements: [],
    },
    {
      title: "nothing of what is not mentioned",
      actual: { connectionLimit: 3, validUntil: "2099-01-31T00:00:00.000Z", bypassRls: true, createDb: true },
      desired: { name: "reader" },
      statements: [],
    },
    {
      title: "one ALTER, naming only what differs",
      actual: { canLogin: false, connectionLimit: 3 },
      desired: { name: "reader", connectionLimit: 4 },
      statements: ['alter role "reader" login connection limit 4'],
    },
    {
      title: "all at once",
      actual: { canLogin: false, replication: false, connectionLimit: 3, validUntil: "infinity" },
      desired: { name: "reader", connectionLimit: -1, validUntil: "2030-01-31T00:00:00.000Z" },
      statements: [`alter role "reader" login replication connection limit -1 valid until '2030-01-31T00:00:00.000Z'`],
    },
    {
      title: "a rename before all else, under the new name from then on",
      actual: { replication: false },
      desired: { name: 'new "name"' },
      statements: ['alter role "reader" rename to "new ""name"""', 'alter role "new ""name""" replication'],
    },
    {
      title: "no end again where the time has run out and the program wishes for none",
      actual: { validUntil: "2020-01-01T00:00:00.000Z" },
      desired: { name: "reader" },
      statements: [`alter role "reader" valid until 'infinity'`],
    },
    {
      title: "an end in the past, where the program wishes for it",
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

  test("goes as a value, never in a text", () => {
    expect(all.filter(({ text }) => text.includes("cret"))).toEqual([]);
    expect(all.filter(({ values }) => values?.includes("se'cret"))).toHaveLength(2);
  });

  test("is wiped from the session's settings afterwards", () => {
    expect(setPassword("reader", "x").at(-1)?.text).toBe("select set_config('clickpipes.password', '', true)");
  });

  test("is set when nothing can wait any more: the role's row is ours by then", () => {
    expect(texts(all).filter((text) => /^(create|alter) role/.test(text))).toEqual([
      `create role "it's" login replication connection limit 2`,
      `alter role "it's"`,
    ]);
    expect(all.at(-4)?.text).toBe(`alter role "it's"`);
  });
});

test("what makes a role more than a reader comes with the statement that takes it away", () => {
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
      found: "membership in neondb_owner, which is as good as neon_superuser",
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
])("wished for %j and found %j: the same is %j", (desired, actual, same) => {
  expect(sameInstant(desired, actual)).toBe(same);
});

test("a role expires at its time, not without one", () => {
  expect(
    [null, "infinity", "2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"].map((validUntil) => hasExpired({ validUntil })),
  ).toEqual([...[false, false, false, true]]);
});
