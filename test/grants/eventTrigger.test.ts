import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Managed } from "../support/managed";
import { startDatabase, type TestDatabase } from "../support/postgres/database";
import { useWarnings } from "../support/warnings";

describe.each([14, 16, 18] as const)("grants on Postgres %i, if an event trigger fails for one owner", (version) => {
  const warnings = useWarnings();
  // A process prints each message only once.
  const reader = `reader_${version}`;
  let db: TestDatabase;

  beforeAll(async () => {
    db = await startDatabase(version, "neon");
    await db.query("create role app login password 'an application'");
    // The admin gets the owner's rights only by SET ROLE, so the grant runs as the owner.
    await db.query(`grant app to ${db.user}`);
    await db.query(`alter role ${db.user} noinherit`);
    if (version >= 16) await db.query(`grant app to ${db.user} with inherit false, set true`);
    await db.query("grant usage, create on schema public to app");
    await db.query("create table public.theirs (id int primary key)");
    await db.query("alter table public.theirs owner to app");
    await db.query("create table public.mine (id int primary key)");
    await db.query(`alter table public.mine owner to ${db.user}`);
    await db.query("create schema audit");
    await db.query("create table audit.log (what text)");
    await db.query(`grant usage on schema audit to ${db.user}`);
    await db.query(`grant insert on audit.log to ${db.user}`);
    await db.query(
      "create function audit.note() returns event_trigger language plpgsql as $$ begin insert into audit.log values (tg_tag); end $$",
    );
    await db.query("create event trigger noting on ddl_command_end execute function audit.note()");
    await db.query(`create role ${reader} login`);
  });
  afterAll(() => db?.stop());

  test("the tables of other owners are granted, and that owner's table is reported with the server's message", async () => {
    const grants = new Managed("ClickPipesGrants", "grants", db.config);
    const { outputs } = await grants.up({ role: reader, tables: ["public.mine", "public.theirs"] });
    expect(outputs.uncovered).toMatchObject([{ object: "public.theirs", owner: "app" }]);
    const [{ reason }] = outputs.uncovered as [{ reason: string }];
    expect(reason).toContain("permission denied for table log (42501 insufficient_privilege)");
    expect(reason).toContain("function audit.note()");
    expect(warnings.join("\n")).toContain("public.theirs is not covered");
    const [held] = await db.query<{ mine: boolean; theirs: boolean }>(
      "select has_table_privilege($1, 'public.mine', 'select') as mine, has_table_privilege($1, 'public.theirs', 'select') as theirs",
      [reader],
    );
    expect(held).toEqual({ mine: true, theirs: false });
    await db.query("grant usage on schema audit to app");
    await db.query("grant insert on audit.log to app");
    await grants.refresh();
    expect(grants.drift.join()).toContain("public.theirs");
    expect((await grants.up({ role: reader, tables: ["public.mine", "public.theirs"] })).outputs.uncovered).toEqual([]);
    await grants.destroy();
  });
});
