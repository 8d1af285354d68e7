import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Admin, startDatabase, type TestDatabase } from "../support/database";
import { Managed } from "../support/managed";
import { POSTGRES_VERSIONS } from "../support/postgres";

const PLACES = POSTGRES_VERSIONS.flatMap((version) => {
  // Before 16 only a superuser can make a REPLICATION role.
  const admins: Admin[] = version < 16 ? ["superuser"] : ["superuser", "neon"];
  return admins.map((admin) => ({ version, admin }));
});

describe.each(PLACES)("ClickPipesUser on Postgres $version as $admin", ({ version, admin }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await startDatabase(version, admin);
  });
  afterAll(() => db?.stop());

  test("makes a role that can log in and replicate, and nothing else, and takes it away again", async () => {
    const user = new Managed("ClickPipesUser", "user", db.config);
    const { outputs } = await user.up({ name: "reader" });
    expect(outputs.password).toMatch(/^.{24,}$/);
    const client = new Client(db.uriOf("reader", String(outputs.password)));
    await client.connect();
    await client.end();
    const [role] = await db.query(
      "select rolreplication, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = 'reader'",
    );
    expect(role).toEqual({
      rolreplication: true,
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolbypassrls: false,
    });
    expect((await user.up({ name: "reader" })).kind).toBe("same");
    expect(await user.refresh()).toBe(false);
    await user.destroy();
    expect(await db.query("select from pg_roles where rolname = 'reader'")).toEqual([]);
  });
});
