import { beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { type Place, useDatabase } from "../support/postgres/database";
import { logsIn } from "../support/postgres/login";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 16, admin: "neon" },
  { version: 18, admin: "neon" },
];

const OLD = "Grand-Ocean7_tulip!Quartz42";
const NEW = "Silver-River9_maple!Onyx73";

describe.each(PLACES)("adopting a role on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let name: string;
  let user: Managed;

  beforeEach(() => {
    name = fresh("found");
    user = new Managed("ClickPipesUser", name, db.config);
  });

  const role = async (called = name) => {
    const [row] = await db.query<Record<string, unknown>>(
      `select rolcanlogin as login, rolreplication as replication, rolconnlimit as connlimit, rolvaliduntil as until,
              shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = $1`,
      [called],
    );
    return row;
  };
  const made = (attributes: string) => db.asAdmin(`create role ${name} password '${OLD}' ${attributes}`);
  const rowVersion = async () => (await db.query("select xmin::text from pg_authid where rolname = $1", [name]))[0];

  test("an existing role is refused without `adopt`, and the refusal says what to do", async () => {
    await made("login replication");
    await expect(user.up({ name })).rejects.toThrow(
      /role "found.*" already exists and was not created by this resource\.\n.*`adopt: true`.*\n.*another name/,
    );
    expect(user.state).toBeUndefined();
  });

  test("a role that is adopted with its own password is left unchanged", async () => {
    await made("login replication");
    const before = await rowVersion();
    const { outputs } = await user.up({ name, adopt: true, password: OLD });
    expect(outputs).toMatchObject({ adopted: true, password: OLD });
    expect(await rowVersion()).toEqual(before);
    expect(await user.refresh()).toBe(false);
    await user.destroy();
    expect(await rowVersion()).toEqual(before);
    expect(await role()).toMatchObject({ login: true, replication: true, comment: null });
  });

  test("a preview refuses to adopt without a password and without consent to reset it", async () => {
    await made("login replication");
    await expect(user.check({ name, adopt: true })).rejects.toThrow(
      /Set `password` to the password that it has, or set `passwordVersion`/,
    );
    expect((await role())?.comment).toBeNull();
  });

  test("a wrong password is refused before anything changes, unless `passwordVersion` consents to setting it", async () => {
    await made("nologin replication");
    await db.query(`alter role ${name} login`);
    const before = await rowVersion();
    await expect(user.up({ name, adopt: true, password: NEW })).rejects.toThrow(/does not accept the given `password`/);
    expect(await rowVersion()).toEqual(before);
    expect((await role())?.comment).toBeNull();
    await user.up({ name, adopt: true, password: NEW, passwordVersion: 1 });
    expect(await logsIn(db, name, NEW)).toBe(true);
    expect(await logsIn(db, name, OLD)).toBe(false);
    await user.destroy();
    expect(await logsIn(db, name, NEW)).toBe(true);
  });

  test("`passwordVersion` alone generates a password", async () => {
    await made("login replication");
    const { outputs } = await user.up({ name, adopt: true, passwordVersion: "one" });
    expect(await logsIn(db, name, outputs.password)).toBe(true);
    expect(await logsIn(db, name, OLD)).toBe(false);
  });

  test("a login that fails for a reason other than the password reports the role's own error", async () => {
    await made("login replication");
    await db.query(`alter role ${name} set session_preload_libraries = 'missing'`);
    await expect(user.up({ name, adopt: true, password: OLD })).rejects.toThrow(
      new RegExp(`cannot connect to .* as "${name}"\\.\n.*could not access file`),
    );
  });

  test("a weak password is fine if the role accepts it, and is never set", async () => {
    await db.query(`create role ${name} login replication password 'weak'`);
    if (version >= 16) await db.query(`grant ${name} to ${db.user} with admin option`);
    await user.up({ name, adopt: true, password: "weak" });
    await expect(user.up({ name, adopt: true, password: "weaker" })).rejects.toThrow(/password: has about \d+ bits/);
    // After the adoption, `adopt` is no longer needed.
    expect((await user.up({ name, password: "weak" })).outputs).toMatchObject({ adopted: true, password: "weak" });
    await expect(user.up({ name, password: "weaker" })).rejects.toThrow(/password: has about \d+ bits/);
    const other = new Managed("ClickPipesUser", `${name}_new`, db.config);
    await expect(other.up({ name: `${name}_new`, adopt: true, password: "weak" })).rejects.toThrow(
      /has about \d+ bits/,
    );
    expect(await role(`${name}_new`)).toBeUndefined();
  });

  test("the admin's own password is never reset, because that would lock Pulumi out", async () => {
    if (db.user === "cloud_admin") await db.query("create role boss superuser login password 'boss'");
    const boss = db.user === "cloud_admin" ? "boss" : db.user;
    const password = boss === "boss" ? "boss" : decodeURIComponent(new URL(db.uri).password);
    const self = new Managed("ClickPipesUser", "self", { "clickpipes:connectionUri": db.uriOf(boss, password) });
    const args = { name: boss, adopt: true, allowPrivileged: true };
    const refused = /is the role that Pulumi connects as, so its password is not reset/;
    await expect(self.check({ ...args, passwordVersion: 1 })).rejects.toThrow(refused);
    await expect(self.up({ ...args, passwordVersion: 1, password: NEW })).rejects.toThrow(refused);
    await self.up({ ...args, password });
    await expect(self.up({ ...args, password: NEW })).rejects.toThrow(boss === "boss" ? refused : /ADMIN option/);
    await self.destroy();
    expect(await logsIn(db, boss, password)).toBe(true);
  });

  test("delete restores what the adoption changed, and nothing else", async () => {
    await made("nologin noreplication connection limit 4 valid until '2090-01-01'");
    await db.query(`comment on role ${name} is 'theirs'`);
    const before = await role();
    await user.up({ name, adopt: true, passwordVersion: 1, connectionLimit: 9, comment: "ours" });
    expect(await role()).toMatchObject({ login: true, replication: true, connlimit: 9, until: new Date("2090-01-01") });
    await db.query(`alter role ${name} valid until '2091-01-01'`);
    await user.destroy();
    expect(await role()).toEqual({ ...before, until: new Date("2091-01-01") });
  });

  test("delete also restores what a later update changed, including the name", async () => {
    await made("login replication connection limit 4");
    await db.query(`comment on role ${name} is 'theirs'`);
    const before = await role();
    await user.up({ name, adopt: true, password: OLD });
    await user.up({
      name: `${name}_new`,
      adopt: true,
      password: OLD,
      connectionLimit: 9,
      comment: "ours",
      validUntil: "2095-01-01",
    });
    await user.up({
      name: `${name}_new`,
      adopt: true,
      password: OLD,
      connectionLimit: 10,
      comment: "ours",
      validUntil: "2095-01-01",
    });
    expect(await role(`${name}_new`)).toMatchObject({ connlimit: 10 });
    await user.destroy();
    expect(await role(`${name}_new`)).toBeUndefined();
    expect(await role()).toEqual({ ...before, until: Number.POSITIVE_INFINITY });
  });

  test("delete does not restore a name that another role now has, but restores the rest", async () => {
    await made("login replication connection limit 4");
    await user.up({ name, adopt: true, password: OLD });
    await user.up({ name: `${name}_new`, adopt: true, password: OLD, connectionLimit: 9 });
    await made("nologin");
    await user.destroy();
    expect(await role(`${name}_new`)).toMatchObject({ connlimit: 4, comment: null });
    expect(await role()).toMatchObject({ login: false });
    expect(said.join("\n")).toContain(`role "${name}_new" keeps this name`);
  });

  test("a killed adoption is resumed as an adoption, and its delete restores nothing", async () => {
    await made("nologin noreplication connection limit 4");
    const args = { name, adopt: true, passwordVersion: 1, connectionLimit: 9 };
    await user.up(args);
    const killed = user.outputs;
    user.state = undefined;
    await user.up(args);
    expect(user.outputs).toMatchObject({ adopted: true, before: {} });
    expect(user.outputs.token).not.toBe(killed.token);
    await user.destroy();
    expect(await role()).toMatchObject({ login: true, replication: true, connlimit: 9, comment: null });
  });

  test("delete drops an adopted role with `deleteAdopted`", async () => {
    await made("login replication");
    await user.up({ name, adopt: true, password: OLD });
    await user.up({ name, adopt: true, password: OLD, deleteAdopted: true });
    await user.destroy();
    expect(await role()).toBeUndefined();
  });

  test("adopting a role that does not exist creates it, and delete drops it", async () => {
    const { outputs } = await user.up({ name, adopt: true });
    expect(outputs.adopted).toBeUndefined();
    expect(await logsIn(db, name, outputs.password)).toBe(true);
    await user.destroy();
    expect(await role()).toBeUndefined();
  });

  test("a role that this stack created does not become adopted", async () => {
    await user.up({ name });
    user.state = undefined;
    await user.up({ name, adopt: true });
    expect(user.outputs.adopted).toBeUndefined();
    await user.up({ name, adopt: true, connectionLimit: 3 });
    await user.destroy();
    expect(await role()).toBeUndefined();
  });

  test("a role with more privileges than needed is refused, unless `allowPrivileged` accepts it", async () => {
    await made("login replication createdb");
    await expect(user.up({ name, adopt: true, password: OLD })).rejects.toThrow(
      /has more privileges than ClickPipes needs: CREATEDB\.\n.*\n.*`allowPrivileged: true`/,
    );
    expect((await role())?.comment).toBeNull();
    await user.up({ name, adopt: true, password: OLD, allowPrivileged: true });
    expect(await user.refresh()).toBe(false);
    await user.up({ name, adopt: true, password: OLD, allowPrivileged: true, connectionLimit: 3 });
    const [left] = await db.query("select rolcreatedb from pg_roles where rolname = $1", [name]);
    expect(left).toEqual({ rolcreatedb: true });
  });

  test("an adopted role that was dropped by hand is created again, and then belongs to this stack", async () => {
    await made("login replication");
    await user.up({ name, adopt: true, password: OLD });
    await db.query(`drop role ${name}`);
    expect(await user.refresh()).toBe(true);
    await user.up({ name, adopt: true, password: OLD });
    expect(user.outputs.adopted).toBeUndefined();
    await user.destroy();
    expect(await role()).toBeUndefined();
  });
});
