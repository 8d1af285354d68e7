import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { type Place, useDatabase } from "../support/postgres/database";
import { openSession } from "../support/postgres/login";
import { roleExists } from "../support/user/catalog";
import { ManagedUser } from "../support/user/managedUser";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];
const ELSEWHERE = "other Database";

describe.each(PLACES)("what REVOKE does not take from a user on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const sessions: Record<string, Client> = {};
  let name: string;
  let user: ManagedUser;

  beforeAll(async () => {
    await db.asAdmin(`create database "${ELSEWHERE}"`);
    const password = decodeURIComponent(new URL(db.uri).password);
    sessions.here = await openSession(db, db.user, password);
    sessions[ELSEWHERE] = await openSession(db, db.user, password, ELSEWHERE);
    for (const session of Object.values(sessions)) {
      await session.query('create schema "Odd; one"; create table "Odd; one"."T" (id int)');
      await session.query('alter table "Odd; one"."T" enable row level security');
    }
  });
  afterAll(() => Promise.all(Object.values(sessions).map((session) => session.end())));
  beforeEach(async () => {
    name = fresh("named");
    user = new ManagedUser(name, { ...db.config, "clickpipes:deleteTimeout": "1" });
    await user.up({ name });
  });

  const run = (where: string, text: string) => sessions[where]?.query(text);

  /** Runs the printed statements as they are, each where the refusal says. */
  async function follow(refusal: string): Promise<string[]> {
    const fixes = [...refusal.matchAll(/^Run(?: in database "?([^":]+)"?)?: (.*)$/gm)];
    for (const [, where = "here", statements = ""] of fixes) await run(where, statements);
    return fixes.map(([line]) => line);
  }

  async function destroyByAdvice(): Promise<string[]> {
    const refusal = await user.destroy().then(
      () => "",
      (error: Error) => error.message,
    );
    expect(refusal).toContain(`role "${name}" cannot be dropped: other objects still depend on it.`);
    expect(await roleExists(db, name)).toBe(true);
    const followed = await follow(refusal);
    await user.destroy();
    expect(await roleExists(db, name)).toBe(false);
    return followed;
  }

  describe.each([
    { where: "here", run_: "Run" },
    { where: ELSEWHERE, run_: `Run in database "${ELSEWHERE}"` },
  ])("in database $where", ({ where, run_ }) => {
    test("a policy for the role alone is named with the DROP POLICY that helps", async () => {
      await run(where, `create policy "Reads; all" on "Odd; one"."T" for select to ${name} using (true)`);
      expect(await destroyByAdvice()).toEqual([`${run_}: DROP POLICY "Reads; all" ON "Odd; one"."T";`]);
    });

    test("a policy for other roles too is named with the ALTER POLICY that keeps it for them", async () => {
      await run(where, `create policy p on "Odd; one"."T" to ${name}, pg_monitor, public using (true)`);
      await run(where, `create policy q on "Odd; one"."T" to pg_monitor, ${name} using (true)`);
      const followed = await destroyByAdvice();
      expect(followed).toEqual([`${run_}: ALTER POLICY q ON "Odd; one"."T" TO pg_monitor;`]);
      const { rows } =
        (await run(where, "select polname, polroles::regrole[]::text[] as to from pg_policy order by 1")) ?? {};
      expect(rows).toEqual([
        { polname: "p", to: ["-"] },
        { polname: "q", to: ["pg_monitor"] },
      ]);
      await run(where, 'drop policy p on "Odd; one"."T"; drop policy q on "Odd; one"."T"');
    });

    test("default privileges given by hand are named with the statement that takes them back", async () => {
      await run(where, `alter default privileges in schema "Odd; one" grant select on tables to ${name}`);
      await run(where, `alter default privileges grant usage on sequences to ${name}`);
      await run(where, `alter default privileges grant execute on functions to ${name}`);
      const revoke = (on: string, within = "") =>
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${db.user}${within} REVOKE ALL ON ${on} FROM ${name};`;
      const [line = ""] = await destroyByAdvice();
      expect(line.startsWith(`${run_}: `)).toBe(true);
      expect(
        line
          .slice(run_.length + 2)
          .split(/(?<=;) (?=ALTER )/)
          .sort(),
      ).toEqual([revoke("TABLES", ' IN SCHEMA "Odd; one"'), revoke("SEQUENCES"), revoke("FUNCTIONS")].sort());
    });
  });

  test("what is in both databases is named with one line for each", async () => {
    for (const where of ["here", ELSEWHERE])
      await run(where, `create policy p on "Odd; one"."T" to ${name} using (true)`);
    expect(await destroyByAdvice()).toEqual([
      'Run: DROP POLICY p ON "Odd; one"."T";',
      `Run in database "${ELSEWHERE}": DROP POLICY p ON "Odd; one"."T";`,
    ]);
  });

  test("the role's own default privileges have no such statement", async () => {
    await db.query(`alter default privileges for role ${name} grant select on tables to pg_monitor`);
    const refusal = await user.destroy().catch((error: Error) => error.message);
    expect(refusal).toContain(`owner of default privileges on new relations belonging to role ${name}`);
    expect(refusal).not.toContain("Run");
    await db.query(`drop owned by ${name}`);
    await user.destroy();
  });
});
