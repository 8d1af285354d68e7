import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { createApiRole } from "../support/postgres/neonRoles";
import type { PostgresVersion } from "../support/postgres/servers";
import { asSuperuser } from "../support/postgres/superuser";
import { useWarnings } from "../support/warnings";

const PASSWORD = "npg_Grand7Ocean";
const OTHER = "Silver-River9_maple!Onyx73";

describe.each<PostgresVersion>([14, 15, 17])("a role made with Neon's API on Postgres %i", (version) => {
  let neon: LocalNeon;
  let config: Record<string, string>;
  const said = useWarnings();
  let name: string;

  beforeAll(async () => {
    neon = await startLocalNeon({ version, logicalReplication: true, postgresSettings: { log_statement: "all" } });
    config = { "clickpipes:connectionUri": neon.connectionUri };
  });
  afterAll(() => neon?.stop());
  beforeEach(() => {
    name = fresh("api");
  });

  const attributes = async () =>
    (
      await asSuperuser(neon.server, "neondb", [
        `select xmin::text, rolname, rolpassword, rolcanlogin, rolconnlimit from pg_authid where rolname = '${name}'`,
      ])
    )[0];
  /** Every ALTER, CREATE and DROP of a role that the server received since. */
  const changesOfRoles = async (since: number) =>
    (await neon.server.log()).slice(since).match(/(?:alter|create|drop) role .*/gi) ?? [];

  if (version < 16) {
    test("creating a role is refused in a preview and before any SQL, and the refusal says what to do instead", async () => {
      const user = new Managed("ClickPipesUser", name, config);
      const refused = new RegExp(
        `on Postgres ${version}\\.\n.*only a superuser can create a REPLICATION role, and "neondb_owner" isn't a superuser\\.\n.*\n.*adopt: true.*allowPrivileged: true.*password`,
      );
      await expect(user.check({ name })).rejects.toThrow(refused);
      const since = (await neon.server.log()).length;
      vi.spyOn(user, "check").mockResolvedValue({ name, mark: "organization/app/dev/ClickPipesUser/x" });
      await expect(user.up({ name })).rejects.toThrow(refused);
      expect(await changesOfRoles(since)).toEqual([]);
      expect(await attributes()).toBeUndefined();
    });
  }

  if (version < 16) {
    test("a role made with SQL, which has no REPLICATION there, is refused in a preview with the same advice", async () => {
      await asSuperuser(neon.server, "neondb", [
        `set role neondb_owner`,
        `create role ${name} login password '${OTHER}'`,
      ]);
      const user = new Managed("ClickPipesUser", name, config);
      await expect(user.check({ name, adopt: true, password: OTHER })).rejects.toThrow(
        new RegExp(
          `"${name}" has no REPLICATION\\.\n.* only a superuser can give .*\nCreate another role with Neon's console`,
        ),
      );
    });
  }

  test("is adopted without any ALTER, gets its grants, and is left unchanged", async () => {
    await createApiRole(neon.server, { name, password: PASSWORD });
    await asSuperuser(neon.server, "neondb", [
      `create schema app_${name}`,
      `alter schema app_${name} owner to neondb_owner`,
      `create table app_${name}.orders (id int primary key)`,
      `alter table app_${name}.orders owner to neondb_owner`,
    ]);
    const before = await attributes();
    const since = (await neon.server.log()).length;
    const user = new Managed("ClickPipesUser", name, config);
    const args = { name, adopt: true, allowPrivileged: true, password: PASSWORD };
    await user.up(args);
    const grants = new Managed("ClickPipesGrants", name, config);
    await grants.up({ role: name, schemas: [`app_${name}`] });
    expect(grants.outputs).toMatchObject({ grantedTables: 1, uncovered: [] });
    expect([await user.refresh(), await grants.refresh()]).toEqual([false, false]);
    const acl = () =>
      asSuperuser(neon.server, "neondb", [
        `select relacl::text from pg_class where relname = 'orders' and relacl::text ~ '${name}=r/'`,
      ]);
    expect(await acl()).toHaveLength(1);
    await grants.destroy();
    expect(await acl()).toHaveLength(0);
    await user.destroy();
    expect(await attributes()).toEqual(before);
    expect(await changesOfRoles(since)).toEqual([]);
    const [{ left } = { left: -1 }] = await asSuperuser<{ left: number }>(neon.server, "neondb", [
      `select count(*)::int as left from pg_shdepend where refclassid = 'pg_authid'::regclass and refobjid = '${name}'::regrole`,
    ]);
    expect(left).toBe(0);
  });

  test("is refused without `allowPrivileged`, with a wrong password, and with arguments that need an ALTER", async () => {
    await createApiRole(neon.server, { name, password: PASSWORD });
    const before = await attributes();
    const since = (await neon.server.log()).length;
    const user = new Managed("ClickPipesUser", name, config);
    const args = { name, adopt: true, allowPrivileged: true, password: PASSWORD };
    await expect(user.up({ name, adopt: true, password: PASSWORD })).rejects.toThrow(
      /more privileges than ClickPipes needs: BYPASSRLS, CREATEROLE, CREATEDB, membership in neon_superuser\./,
    );
    await expect(user.up({ ...args, password: OTHER })).rejects.toThrow(/does not accept the given `password`/);
    const mayNot = version < 16 ? /only a superuser can alter a REPLICATION role/ : /no ADMIN option on "api/;
    await expect(user.up({ ...args, connectionLimit: 3 })).rejects.toThrow(mayNot);
    await expect(user.up({ ...args, password: OTHER, passwordVersion: 1 })).rejects.toThrow(mayNot);
    expect(await changesOfRoles(since)).toEqual([]);
    expect(await attributes()).toEqual(before);
  });

  test("arguments that need an ALTER are refused in a preview", async () => {
    await createApiRole(neon.server, { name, password: PASSWORD });
    const user = new Managed("ClickPipesUser", name, config);
    const args = { name, adopt: true, allowPrivileged: true };
    const mayNot = version < 16 ? /only a superuser can alter a REPLICATION role/ : /no ADMIN option on "api/;
    await expect(user.check({ ...args, password: PASSWORD, connectionLimit: 3 })).rejects.toThrow(mayNot);
    await expect(user.check({ ...args, passwordVersion: 1 })).rejects.toThrow(mayNot);
    const commented = user.check({ ...args, password: PASSWORD, comment: "reads" });
    if (version < 16) await commented;
    else
      await expect(commented).rejects.toThrow(
        /cannot be given its `comment`\.\n"neondb_owner" has no ADMIN option on "api.*"\./,
      );
  });

  test("a change by another user is reported with the statement to run, at every refresh and `up`, and `up` does not fail", async () => {
    await createApiRole(neon.server, { name, password: PASSWORD });
    const user = new Managed("ClickPipesUser", name, config);
    const args = { name, adopt: true, allowPrivileged: true, password: PASSWORD };
    await user.up(args);
    await asSuperuser(neon.server, "neondb", [`alter role ${name} nologin password '${OTHER}'`]);
    const since = (await neon.server.log()).length;
    const drift = [`role "${name}" cannot log in (NOLOGIN)`, `role "${name}" no longer accepts its password`];
    for (const _run of [1, 2]) {
      expect(await user.refresh()).toBe(true);
      expect(user.drift).toEqual(drift);
      expect((await user.up(args)).kind).toBe("update");
    }
    const warnings = said.join("\n");
    expect(warnings).toContain(`"neondb_owner" cannot make.\nRun as an admin: alter role "${name}" login;`);
    expect(warnings).toContain("Set `password` to the password that the role has");
    expect(await changesOfRoles(since)).toEqual([]);
    await asSuperuser(neon.server, "neondb", [`alter role ${name} login password '${PASSWORD}'`]);
    expect(await user.refresh()).toBe(false);
  });

  test("is dropped with `deleteAdopted` if Postgres lets the admin, and otherwise the refusal says what to do", async () => {
    await createApiRole(neon.server, { name, password: PASSWORD });
    const user = new Managed("ClickPipesUser", name, config);
    const args = { name, adopt: true, allowPrivileged: true, password: PASSWORD };
    await user.up({ ...args, deleteAdopted: true });
    if (version < 16) {
      await user.destroy();
      expect(await attributes()).toBeUndefined();
      return;
    }
    await expect(user.destroy()).rejects.toThrow(
      /cannot be dropped\.\n"neondb_owner" has no ADMIN option on "api.*"\.\n.*\n.*remove `deleteAdopted`/,
    );
    await user.up(args);
    await user.destroy();
    expect(await attributes()).toMatchObject({ rolcanlogin: true });
  });

  test("shows that its password was reset elsewhere, and accepts the new one from the program", async () => {
    await createApiRole(neon.server, { name, password: PASSWORD });
    const user = new Managed("ClickPipesUser", name, config);
    const args = { name, adopt: true, allowPrivileged: true };
    await user.up({ ...args, password: PASSWORD });
    await asSuperuser(neon.server, "neondb", [`alter role ${name} password '${OTHER}'`]);
    expect(await user.refresh()).toBe(true);
    expect(user.drift).toEqual([`role "${name}" no longer accepts its password`]);
    const since = (await neon.server.log()).length;
    expect((await user.up({ ...args, password: OTHER })).outputs).toMatchObject({ password: OTHER, adopted: true });
    expect(await changesOfRoles(since)).toEqual([]);
    expect(await user.refresh()).toBe(false);
  });
});
