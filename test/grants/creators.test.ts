import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { useDatabase } from "../support/postgres/database";
import { openSession } from "../support/postgres/login";
import { dependenciesOn, rightsOf } from "../support/postgres/rights";
import type { PostgresVersion } from "../support/postgres/servers";
import { useWarnings } from "../support/warnings";

const PASSWORD = "Grand-Ocean7_tulip!Quartz42";

describe.each<PostgresVersion>([14, 16, 18])("the future tables of others on Postgres %i", (version) => {
  const db = useDatabase(version);
  useWarnings();
  let config: Record<string, string>;
  let role: string;
  let schema: string;
  let grants: Managed;
  let su: Client;
  let boss: Client;

  /** An admin who is no superuser, and inherits nothing but what a membership says. */
  const ADMIN = "boss";

  beforeAll(async () => {
    await db.query(`create role ${ADMIN} login createrole password '${PASSWORD}' ${version < 16 ? "noinherit" : ""}`);
    await db.query(`create database app owner ${ADMIN}`);
    config = { "clickpipes:connectionUri": db.uriOf(ADMIN, PASSWORD, "app") };
    su = await openSession(db, "cloud_admin", decodeURIComponent(new URL(db.uri).password), "app");
    boss = await openSession(db, ADMIN, PASSWORD, "app");
  });
  afterAll(() => Promise.all([su?.end(), boss?.end()]));
  beforeEach(async () => {
    [role, schema] = [fresh("reader"), fresh("app")];
    grants = new Managed("ClickPipesGrants", role, config);
    await boss.query(`create role ${role} login password '${PASSWORD}'`);
    await boss.query(`create schema ${schema}`);
  });
  afterEach(async () => {
    await grants.destroy();
    expect(await rights()).toEqual([]);
    expect(await dependenciesOn(db, role)).toBe(0);
  });

  const rights = () =>
    rightsOf(
      { ...db, query: async <T>(text: string, values?: unknown[]) => (await su.query(text, values)).rows as T[] },
      role,
    );

  /** A role that may create in the schema; `boss` is made a member of it by an inheriting, a switching or no membership. */
  async function creator(
    name: string,
    membership: "inherit" | "set" | "neither" | "none",
    login = true,
  ): Promise<string> {
    const called = fresh(name);
    await su.query(`create role ${called} ${login ? `login password '${PASSWORD}'` : ""}`);
    if (membership === "none") return called;
    const options =
      version < 16
        ? ""
        : {
            inherit: "with inherit true, set false",
            set: "with inherit false, set true",
            neither: "with inherit false, set false",
          }[membership];
    await su.query(`grant ${called} to ${ADMIN} ${options}`);
    return called;
  }

  async function createsTable(as: string, table: string, via?: string): Promise<void> {
    const session = await openSession(db, as, PASSWORD, "app");
    if (via) await session.query(`set role ${via}`);
    await session.query(`create table ${schema}.${table} (id int)`);
    await session.end();
  }

  async function reads(...tables: string[]): Promise<void> {
    const session = await openSession(db, role, PASSWORD, "app");
    for (const table of tables) await session.query(`select from ${schema}.${table}`);
    await session.end();
  }

  test("are read, whether a creator owns the schema, owns a table, was granted CREATE, or inherits that", async () => {
    const owner = await creator("owner", "set");
    const ownerOfTable = await creator("table_owner", "set");
    const grantee = await creator("grantee", "set");
    const group = await creator("team", "set", false);
    const member = await creator("member", "set");
    await su.query(`grant ${group} to ${member}`);
    await su.query(`alter schema ${schema} owner to ${owner}`);
    await su.query(
      `grant create on schema ${schema} to ${ownerOfTable}, ${grantee}, ${group}; grant usage on schema ${schema} to ${ownerOfTable}, ${grantee}, ${group}`,
    );
    await createsTable(ownerOfTable, "first");
    await grants.up({ role, schemas: [schema] });
    expect(grants.outputs).toMatchObject({ uncovered: [], grantedTables: 1 });
    for (const [index, as] of [owner, ownerOfTable, grantee, member].entries())
      await createsTable(as, `later_${index}`);
    await createsTable(member, "later_4", group);
    await reads("first", "later_0", "later_1", "later_2", "later_3", "later_4");
    expect(await grants.refresh()).toBe(false);
  });

  test("do not hang on a table in a schema that its owner may create in but not use", async () => {
    const [owner, odd] = [await creator("owner", "set"), await creator("odd", "set")];
    await su.query(`alter schema ${schema} owner to ${owner}; grant create on schema ${schema} to ${odd}`);
    await createsTable(odd, "odd");
    await createsTable(owner, "orders");
    await grants.up({ role, schemas: [schema] });
    const [entry] = grants.outputs.uncovered as { object: string; reason: string; fix: string }[];
    expect(entry).toMatchObject({
      object: `${schema}.odd`,
      reason: expect.stringContaining("it takes USAGE on schema"),
    });
    await reads("orders");
    await su.query(String(entry?.fix));
    expect(await grants.refresh()).toBe(false);
    expect(grants.outputs.uncovered).toEqual([]);
    await su.query(`revoke select on ${schema}.odd from ${role}`);
  });

  if (version >= 16)
    test("are covered through INHERIT or SET, and told where the admin has neither", async () => {
      const creators = {
        inherit: await creator("a", "inherit"),
        set: await creator("b", "set"),
        neither: await creator("c", "neither"),
      };
      for (const [membership, name] of Object.entries(creators)) {
        await su.query(`grant usage, create on schema ${schema} to ${name}`);
        await createsTable(name, `old_${membership}`);
      }
      await grants.up({ role, schemas: [schema] });
      const uncovered = grants.outputs.uncovered as { object: string; owner: string; fix: string }[];
      expect(uncovered.map(({ object }) => object)).toEqual([
        `${schema}.old_neither`,
        `future tables of ${creators.neither} in schema ${schema}`,
      ]);
      for (const [membership, name] of Object.entries(creators)) await createsTable(name, `new_${membership}`);
      await reads("old_inherit", "old_set", "new_inherit", "new_set");
      for (const { fix } of uncovered) await su.query(fix);
      await su.query(`grant select on ${schema}.new_neither to ${role}`);
      expect(await grants.refresh()).toBe(false);
      expect(grants.outputs.uncovered).toEqual([]);
      await su.query(`drop owned by ${creators.neither}`);
    });

  test("a role that must SET ROLE first needs none of its own", async () => {
    const owner = await creator("owner", "set", false);
    const developer = await creator("developer", "none");
    await su.query(
      `alter role ${developer} noinherit; grant ${owner} to ${developer} ${version < 16 ? "" : "with inherit false"}`,
    );
    await su.query(`alter schema ${schema} owner to ${owner}`);
    await grants.up({ role, schemas: [schema] });
    expect(grants.outputs.uncovered).toEqual([]);
    await createsTable(developer, "later", owner);
    await reads("later");
    expect((await rights()).filter((line) => line.startsWith("future"))).toEqual([
      `future SELECT in ${schema} for ${owner}`,
    ]);
  });

  test("of a new creator are named by a refresh and covered by the next update, with what it made meanwhile", async () => {
    await grants.up({ role, schemas: [schema] });
    const late = await creator("late", "set");
    await su.query(`grant usage, create on schema ${schema} to ${late}`);
    await createsTable(late, "meanwhile");
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([
      `role "${role}" has no SELECT on ${schema}.meanwhile`,
      `role "${role}" would not read future tables of ${late} in schema ${schema}`,
    ]);
    await grants.up({ role, schemas: [schema] });
    await createsTable(late, "after");
    await reads("meanwhile", "after");
    expect(await grants.refresh()).toBe(false);
  });

  test("are those of `objectOwners` where these are given, and follow a change of the list", async () => {
    const [one, two] = [await creator("one", "set"), await creator("two", "set")];
    await su.query(`grant usage, create on schema ${schema} to ${one}, ${two}`);
    const future = async () => (await rights()).filter((line) => line.startsWith("future"));
    await grants.up({ role, schemas: [schema], objectOwners: [one] });
    expect(await future()).toEqual([`future SELECT in ${schema} for ${one}`]);
    await grants.up({ role, schemas: [schema], objectOwners: [two] });
    expect(await future()).toEqual([`future SELECT in ${schema} for ${two}`]);
    await grants.up({ role, schemas: [schema] });
    expect(await future()).toEqual([ADMIN, one, two].map((name) => `future SELECT in ${schema} for ${name}`).sort());
    await grants.up({ role, schemas: [schema], objectOwners: [] });
    expect(await future()).toEqual([]);
    expect(await grants.refresh()).toBe(false);
  });

  test("default privileges that somebody set for all schemas count", async () => {
    await boss.query(`alter default privileges grant select on tables to ${role}`);
    await grants.up({ role, schemas: [schema] });
    expect((await rights()).filter((line) => line.startsWith("future"))).toEqual([
      `future SELECT in all schemas for ${ADMIN}`,
    ]);
    await boss.query(`create table ${schema}.later (id int)`);
    await reads("later");
    await grants.destroy();
    await boss.query(`alter default privileges revoke select on tables from ${role}; drop schema ${schema} cascade`);
  });

  test("the admin's own role need not be the one that logged in", async () => {
    const owner = await creator("owner", "set");
    await su.query(`alter schema ${schema} owner to ${owner}`);
    await createsTable(owner, "first");
    const work = await creator("work", "set", false);
    await su.query(
      `grant ${owner} to ${work} ${version < 16 ? "" : "with inherit false, set true"}; alter role ${work} createrole noinherit`,
    );
    if (version >= 16) await su.query(`grant ${role} to ${work} with admin option`);
    const uri = `${config["clickpipes:connectionUri"]}&options=${encodeURIComponent(`-c role=${work}`)}`;
    const other = new Managed("ClickPipesGrants", `${role}_other`, { "clickpipes:connectionUri": uri });
    await other.up({ role, schemas: [schema] });
    expect(await rights()).toContain(`SELECT on ${schema}.first by ${owner}`);
    expect(await other.refresh()).toBe(false);
    await other.destroy();
  });

  test("CONNECT is granted where the database does not give it to all, and told where we may not", async () => {
    await boss.query("revoke connect on database app from public");
    await grants.up({ role, schemas: [schema] });
    expect(await rights()).toContain(`CONNECT on app by ${ADMIN}`);
    await grants.destroy();
    expect(await rights()).toEqual([]);
    await su.query("alter database app owner to cloud_admin; grant connect, create on database app to boss");
    await grants.up({ role, schemas: [schema] });
    const uncovered = grants.outputs.uncovered as { object: string; kind: string; fix: string }[];
    expect(uncovered).toMatchObject([{ kind: "database", object: "app" }]);
    await su.query(String(uncovered[0]?.fix));
    expect(await grants.refresh()).toBe(false);
    expect(grants.outputs.uncovered).toEqual([]);
    await grants.destroy();
    await su.query(
      `alter database app owner to ${ADMIN}; grant connect on database app to public; revoke connect on database app from ${role}`,
    );
  });

  test("whoever holds a lock that is needed is named", async () => {
    await boss.query(`create table ${schema}.orders (id int)`);
    await su.query(`begin; alter table ${schema}.orders add column more int`);
    const impatient = new Managed("ClickPipesGrants", `${role}_x`, { ...config, "clickpipes:lockTimeout": "0.2" });
    const { rows } = await su.query<{ pid: number }>("select pg_backend_pid() as pid");
    await expect(impatient.up({ role, schemas: [schema] })).rejects.toThrow(
      new RegExp(`could not get a lock in 3 tries of 0.2 s.*pid ${rows[0]?.pid} \\(user cloud_admin`),
    );
    await su.query("rollback");
    expect(await rights()).toEqual([]);
  });
});
