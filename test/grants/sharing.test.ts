import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { type Place, useDatabase } from "../support/postgres/database";
import { logsIn, openSession } from "../support/postgres/login";
import { dependenciesOn, rightsOf } from "../support/postgres/rights";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 16, admin: "neon" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)("several grants on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  useWarnings();
  let other: Client;
  let id: string;
  let role: string;
  let schema: string;

  /** The same database for a provider of its own, with connections of its own. */
  const provider = (index: number, database = db.database): Record<string, string> => {
    const uri = Object.assign(new URL(db.uri), { pathname: `/${database}` });
    uri.searchParams.set("application_name", `provider ${index}`);
    return { "clickpipes:connectionUri": uri.toString() };
  };
  const grantsOf = (name: string, config = db.config, stack = "dev") =>
    new Managed("ClickPipesGrants", `${id}_${name}`, config, { stack });

  beforeAll(async () => {
    await db.asAdmin("create database shop");
    other = await openSession(db, db.user, decodeURIComponent(new URL(db.uri).password), "shop");
  });
  afterAll(() => other?.end());
  beforeEach(async () => {
    id = fresh("it");
    role = `reader_${id}`;
    schema = `app_${id}`;
    for (const session of [db.asAdmin, (text: string) => other.query(text)]) {
      await session(`create schema ${schema}`);
      await session(`create table ${schema}.orders (id int, item text); create table ${schema}.lines (id int)`);
    }
    await db.asAdmin(`create role ${role}`);
  });

  const rightsHere = (of = role) => rightsOf(db, of);
  const rightsThere = (of = role) =>
    rightsOf(
      { ...db, query: async <T>(text: string, values?: unknown[]) => (await other.query(text, values)).rows as T[] },
      of,
    );
  const notes = async () => {
    const [row] = await db.query<{ text: string | null }>(
      "select shobj_description($1::regrole, 'pg_authid') as text",
      [role],
    );
    return row?.text ?? null;
  };

  test("of one role and database keep each other's rights, whichever is deleted first", async () => {
    const [a, b] = [grantsOf("a"), grantsOf("b")];
    await a.up({ role, schemas: [schema] });
    const whole = await rightsHere();
    await b.up({ role, tables: [`${schema}.orders`, { schema, name: "lines", columns: ["id"] }] });
    await a.destroy();
    expect(await b.refresh()).toBe(false);
    expect(await rightsHere()).toEqual([
      `SELECT (ctid) on ${schema}.lines by ${db.user}`,
      `SELECT (id) on ${schema}.lines by ${db.user}`,
      `SELECT on ${schema}.orders by ${db.user}`,
      `USAGE on ${schema} by ${db.user}`,
    ]);
    await a.up({ role, schemas: [schema] });
    await b.destroy();
    expect(await a.refresh()).toBe(false);
    expect(await rightsHere()).toEqual(whole);
    await a.destroy();
    expect(await rightsHere()).toEqual([]);
    expect(await notes()).toBeNull();
  });

  test("of one role: an update revokes nothing that the other grants ask for", async () => {
    const [a, b] = [grantsOf("a"), grantsOf("b")];
    await a.up({ role, schemas: [schema] });
    await b.up({ role, tables: [`${schema}.orders`] });
    await a.up({ role, tables: [`${schema}.lines`] });
    expect(await b.refresh()).toBe(false);
    await a.destroy();
    await b.destroy();
    expect(await rightsHere()).toEqual([]);
  });

  test("renamed without an alias, or replaced: the late delete of the old resource revokes nothing", async () => {
    const old = grantsOf("old");
    await old.up({ role, schemas: [schema] });
    const before = await rightsHere();
    const renamed = grantsOf("renamed");
    await renamed.up({ role, schemas: [schema] });
    await old.destroy();
    expect(await rightsHere()).toEqual(before);
    const replacement = grantsOf("renamed");
    await replacement.up({ role, schemas: [schema] });
    await renamed.destroy();
    expect(await rightsHere()).toEqual(before);
    expect(await replacement.refresh()).toBe(false);
    await replacement.destroy();
    expect(await rightsHere()).toEqual([]);
  });

  test("renamed with an alias: the note gets the new name, and nothing else is sent", async () => {
    const old = grantsOf("old");
    await old.up({ role, schemas: [schema] });
    const renamed = grantsOf("renamed");
    renamed.state = old.state;
    expect((await renamed.up({ role, schemas: [schema] })).kind).toBe("update");
    expect(await notes()).toContain(`${id}_renamed`);
    expect(await notes()).not.toContain(`${id}_old`);
    await renamed.destroy();
    expect(await rightsHere()).toEqual([]);
    expect(await notes()).toBeNull();
  });

  test("of two stacks are distinguished by their marks", async () => {
    const [dev, production] = [grantsOf("x"), grantsOf("x", db.config, "production")];
    await dev.up({ role, schemas: [schema] });
    await production.up({ role, schemas: [schema] });
    await dev.destroy();
    expect(await production.refresh()).toBe(false);
    await production.destroy();
    expect(await rightsHere()).toEqual([]);
  });

  test("of two databases share one user, and can be created and deleted in any order", async () => {
    const user = new Managed("ClickPipesUser", id, db.config);
    const name = `user_${id}`;
    await user.up({ name });
    const [here, there] = [grantsOf("here"), grantsOf("there", provider(1, "shop"))];
    await here.up({ role: name, schemas: [schema] });
    await there.up({ role: name, schemas: [schema] });
    await user.up({ name: `${name}_new`, comment: "reads", passwordVersion: 2 });
    await here.up({ role: `${name}_new`, schemas: [schema] });
    await there.up({ role: `${name}_new`, tables: [`${schema}.orders`] });
    expect([await user.refresh(), await here.refresh(), await there.refresh()]).toEqual([false, false, false]);
    expect(await logsIn(db, `${name}_new`, user.outputs.password, "shop")).toBe(true);
    await here.destroy();
    expect(await rightsHere(`${name}_new`)).toEqual([]);
    expect(await rightsThere(`${name}_new`)).toHaveLength(2);
    await expect(user.destroy()).rejects.toThrow(`table ${schema}.orders in database shop`);
    await there.destroy();
    await user.destroy();
    expect(await db.query("select from pg_roles where rolname = $1", [`${name}_new`])).toEqual([]);
  });

  test("of one role, created from two databases at once, keep each other's notes", async () => {
    const all = Array.from({ length: 8 }, (_, index) =>
      grantsOf(`g${index}`, provider(index, index % 2 ? "shop" : db.database)),
    );
    await Promise.all(all.map((grants) => grants.up({ role, schemas: [schema] })));
    for (const grants of all) expect(await grants.refresh()).toBe(false);
    await Promise.all(all.map((grants) => grants.destroy()));
    expect([await rightsHere(), await rightsThere(), await notes()]).toEqual([[], [], null]);
    expect(await dependenciesOn(db, role)).toBe(0);
  });

  if (version !== 16)
    test("of ten roles on the same schema, with their users, from two databases in parallel: none fails", async () => {
      const tens = Array.from({ length: 10 }, (_, index) => {
        const config = provider(index, index % 2 ? "shop" : db.database);
        return {
          name: `parallel_${id}_${index}`,
          user: new Managed("ClickPipesUser", `${id}_${index}`, config),
          grants: [
            grantsOf(`p${index}`, config),
            grantsOf(`q${index}`, provider(index, index % 2 ? db.database : "shop")),
          ],
        };
      });
      await Promise.all(
        tens.map(async ({ name, user, grants }) => {
          await user.up({ name });
          await Promise.all(grants.map((one) => one.up({ role: name, schemas: [schema] })));
        }),
      );
      await Promise.all(
        tens.map(async ({ name, user, grants }) => {
          await Promise.all([
            user.up({ name, comment: "reads" }),
            ...grants.map((one) => one.up({ role: name, tables: [`${schema}.orders`] })),
          ]);
          for (const one of [user, ...grants]) expect(await one.refresh()).toBe(false);
        }),
      );
      await Promise.all(
        tens.map(async ({ user, grants }) => {
          await Promise.all(grants.map((one) => one.destroy()));
          await user.destroy();
        }),
      );
      expect(await db.query("select from pg_roles where rolname ~ $1", [`^parallel_${id}_`])).toEqual([]);
    });
});
