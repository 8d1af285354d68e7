import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Grantee } from "../support/grants/grantee";
import { ADMIN, destroyPlainGrants, newPlainGrantee, usePlainAdmin } from "../support/grants/plainAdmin";
import type { PostgresVersion } from "../support/postgres/servers";
import { useWarnings } from "../support/warnings";

describe.each<PostgresVersion>([14, 16, 18])("the future tables of other roles on Postgres %i", (version) => {
  const at = usePlainAdmin(version);
  useWarnings();
  let { role, schema, grants } = {} as Grantee;

  beforeEach(async () => {
    ({ role, schema, grants } = await newPlainGrantee(at));
  });
  afterEach(() => destroyPlainGrants(at, { role, schema, grants }));

  async function reads(...tables: string[]): Promise<void> {
    const session = await at.login(role);
    for (const table of tables) await session.query(`select from ${schema}.${table}`);
    await session.end();
  }

  test("are readable, whether the creator owns the schema, owns a table, has CREATE, or inherits that", async () => {
    const owner = await at.createRole("owner", "set");
    const ownerOfTable = await at.createRole("table_owner", "set");
    const grantee = await at.createRole("grantee", "set");
    const group = await at.createRole("team", "set", false);
    const member = await at.createRole("member", "set");
    await at.superuser.query(`grant ${group} to ${member}`);
    await at.superuser.query(`alter schema ${schema} owner to ${owner}`);
    await at.superuser.query(
      `grant create on schema ${schema} to ${ownerOfTable}, ${grantee}, ${group}; grant usage on schema ${schema} to ${ownerOfTable}, ${grantee}, ${group}`,
    );
    await at.createTable(ownerOfTable, `${schema}.first`);
    await grants.up({ role, schemas: [schema] });
    expect(grants.outputs).toMatchObject({ uncovered: [], grantedTables: 1 });
    for (const [index, as] of [owner, ownerOfTable, grantee, member].entries())
      await at.createTable(as, `${schema}.later_${index}`);
    await at.createTable(member, `${schema}.later_4`, group);
    await reads("first", "later_0", "later_1", "later_2", "later_3", "later_4");
    expect(await grants.refresh()).toBe(false);
  });

  test("are readable although a table can't be granted because its owner has no USAGE on the schema", async () => {
    const [owner, odd] = [await at.createRole("owner", "set"), await at.createRole("odd", "set")];
    await at.superuser.query(`alter schema ${schema} owner to ${owner}; grant create on schema ${schema} to ${odd}`);
    await at.createTable(odd, `${schema}.odd`);
    await at.createTable(owner, `${schema}.orders`);
    await grants.up({ role, schemas: [schema] });
    const [entry] = grants.outputs.uncovered as { object: string; reason: string; fix: string }[];
    expect(entry).toMatchObject({
      object: `${schema}.odd`,
      reason: expect.stringContaining("granting it requires USAGE on schema"),
    });
    await reads("orders");
    await at.superuser.query(String(entry?.fix));
    expect(await grants.refresh()).toBe(false);
    expect(grants.outputs.uncovered).toEqual([]);
    await at.superuser.query(`revoke select on ${schema}.odd from ${role}`);
  });

  if (version >= 16)
    test("are covered through INHERIT or SET, and reported if the admin has neither", async () => {
      const creators = {
        inherit: await at.createRole("a", "inherit"),
        set: await at.createRole("b", "set"),
        neither: await at.createRole("c", "neither"),
      };
      for (const [membership, name] of Object.entries(creators)) {
        await at.superuser.query(`grant usage, create on schema ${schema} to ${name}`);
        await at.createTable(name, `${schema}.old_${membership}`);
      }
      await grants.up({ role, schemas: [schema] });
      const uncovered = grants.outputs.uncovered as { object: string; owner: string; fix: string }[];
      expect(uncovered.map(({ object }) => object)).toEqual([
        `${schema}.old_neither`,
        `future tables of ${creators.neither} in schema ${schema}`,
      ]);
      for (const [membership, name] of Object.entries(creators))
        await at.createTable(name, `${schema}.new_${membership}`);
      await reads("old_inherit", "old_set", "new_inherit", "new_set");
      for (const { fix } of uncovered) await at.superuser.query(fix);
      await at.superuser.query(`grant select on ${schema}.new_neither to ${role}`);
      expect(await grants.refresh()).toBe(false);
      expect(grants.outputs.uncovered).toEqual([]);
      await at.superuser.query(`drop owned by ${creators.neither}`);
    });

  test("need no default privileges for a role that has to run SET ROLE first", async () => {
    const owner = await at.createRole("owner", "set", false);
    const developer = await at.createRole("developer", "none");
    await at.superuser.query(
      `alter role ${developer} noinherit; grant ${owner} to ${developer} ${version < 16 ? "" : "with inherit false"}`,
    );
    await at.superuser.query(`alter schema ${schema} owner to ${owner}`);
    await grants.up({ role, schemas: [schema] });
    expect(grants.outputs.uncovered).toEqual([]);
    await at.createTable(developer, `${schema}.later`, owner);
    await reads("later");
    expect((await at.rights(role)).filter((line) => line.startsWith("future"))).toEqual([
      `future SELECT in ${schema} for ${owner}`,
    ]);
  });

  test("need no default privileges for a login that may not connect, unless one that may is a member of it", async () => {
    const [outsider, owner] = [await at.createRole("outsider", "none"), await at.createRole("owner", "none")];
    const member = await at.createRole("member", "none");
    await at.superuser.query(`revoke connect on database app from public; grant connect on database app to ${member}`);
    await at.superuser.query(`grant create on schema ${schema} to ${outsider}, ${owner}; grant ${owner} to ${member}`);
    const future = async () => (await at.rights(role)).filter((line) => line.startsWith("future"));
    const { outputs } = await grants.up({ role, schemas: [schema] });
    expect((outputs.uncovered as { object: string }[]).map(({ object }) => object)).toEqual([
      `future tables of ${member} in schema ${schema}`,
      `future tables of ${owner} in schema ${schema}`,
    ]);
    await at.superuser.query(
      `alter default privileges for role ${outsider} in schema ${schema} grant select on tables to ${role}`,
    );
    expect(await grants.refresh()).toBe(false);
    expect(await future()).toEqual([ADMIN, outsider].map((name) => `future SELECT in ${schema} for ${name}`));
    await at.superuser.query(`grant connect on database app to public; drop owned by ${outsider}`);
  });

  test("of a new creator are named by a refresh, and the next update covers them and the tables that exist by then", async () => {
    await grants.up({ role, schemas: [schema] });
    const late = await at.createRole("late", "set");
    await at.superuser.query(`grant usage, create on schema ${schema} to ${late}`);
    await at.createTable(late, `${schema}.early`);
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([
      `role "${role}" has no SELECT on ${schema}.early`,
      `role "${role}" will have no SELECT on future tables of ${late} in schema ${schema}`,
    ]);
    await grants.up({ role, schemas: [schema] });
    await at.createTable(late, `${schema}.after`);
    await reads("early", "after");
    expect(await grants.refresh()).toBe(false);
  });

  test("are those of `objectOwners` if that is set, and follow a change of the list", async () => {
    const [one, two] = [await at.createRole("one", "set"), await at.createRole("two", "set")];
    await at.superuser.query(`grant usage, create on schema ${schema} to ${one}, ${two}`);
    const future = async () => (await at.rights(role)).filter((line) => line.startsWith("future"));
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

  test("are covered by default privileges that another role set for all schemas", async () => {
    await at.admin.query(`alter default privileges grant select on tables to ${role}`);
    await grants.up({ role, schemas: [schema] });
    expect((await at.rights(role)).filter((line) => line.startsWith("future"))).toEqual([
      `future SELECT in all schemas for ${ADMIN}`,
    ]);
    await at.admin.query(`create table ${schema}.later (id int)`);
    await reads("later");
    await grants.destroy();
    await at.admin.query(
      `alter default privileges revoke select on tables from ${role}; drop schema ${schema} cascade`,
    );
  });
});
