import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { type Admin, useDatabase } from "../support/postgres/database";
import { logsIn } from "../support/postgres/login";
import { POSTGRES_VERSIONS } from "../support/postgres/servers";
import { useWarnings } from "../support/warnings";

const PLACES = POSTGRES_VERSIONS.flatMap((version) => {
  // Before 16, only a superuser can create a REPLICATION role.
  const admins: Admin[] = version < 16 ? ["superuser"] : ["superuser", "neon"];
  return admins.map((admin) => ({ version, admin }));
});

const PASSWORDS = ["Grand-Ocean7_tulip!Quartz42", "Silver-River9_maple!Onyx73"] as const;

describe.each(PLACES)("ClickPipesUser on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let name: string;
  let user: Managed;

  beforeEach(() => {
    name = fresh("reader");
    user = new Managed("ClickPipesUser", name, db.config);
  });
  afterEach(async () => {
    await user.destroy();
    expect(await db.query("select from pg_roles where rolname = $1", [name])).toEqual([]);
  });

  const attributes = async (role = name) => {
    const [row] = await db.query<Record<string, unknown>>(
      `select rolcanlogin as login, rolreplication as replication, rolsuper as super, rolcreaterole as createrole,
              rolcreatedb as createdb, rolbypassrls as bypassrls, rolconnlimit as connlimit, rolvaliduntil as until,
              split_part(shobj_description(oid, 'pg_authid'), E'\\npulumi', 1) as comment
         from pg_roles where rolname = $1`,
      [role],
    );
    return row;
  };
  const READER = {
    ...{ login: true, replication: true, super: false, createrole: false, createdb: false, bypassrls: false },
    ...{ connlimit: -1, until: null },
  };
  const memberships = () =>
    db.query(
      "select roleid::regrole::text from pg_auth_members where member = (select oid from pg_roles where rolname = $1)",
      [name],
    );

  test("creates a role that can log in and replicate, and nothing else", async () => {
    const { outputs } = await user.up({ name });
    expect(outputs.password).toMatch(/^[A-Za-z0-9._~-]{32}$/);
    expect(await logsIn(db, name, outputs.password)).toBe(true);
    expect(await attributes()).toMatchObject(READER);
    expect(await memberships()).toEqual([]);
    const [{ oid } = { oid: 0 }] = await db.query<{ oid: string }>(
      "select oid::int8 as oid from pg_roles where rolname = $1",
      [name],
    );
    expect(outputs.roleOid).toBe(Number(oid));
    expect(outputs.target).toMatchObject({ database: db.database });
  });

  test("changes nothing and finds nothing when nothing has changed", async () => {
    await user.up({ name, comment: "reads", connectionLimit: 5, validUntil: "2099-01-31T12:00:00+02:00" });
    const before = await db.query("select xmin::text from pg_authid where rolname = $1", [name]);
    expect(
      (await user.up({ name, comment: "reads", connectionLimit: 5, validUntil: "2099-01-31T10:00:00Z" })).kind,
    ).toBe("same");
    expect(await user.refresh()).toBe(false);
    expect(await db.query("select xmin::text from pg_authid where rolname = $1", [name])).toEqual(before);
  });

  test("changes limit, expiry and comment in place, and leaves an argument that you remove unchanged", async () => {
    const { outputs } = await user.up({
      name,
      connectionLimit: 3,
      validUntil: "2099-01-31",
      comment: 'it\'s a "reader"',
    });
    expect(await attributes()).toMatchObject({
      connlimit: 3,
      until: new Date("2099-01-31T00:00:00Z"),
      comment: 'it\'s a "reader"',
    });
    const second = await user.up({ name, connectionLimit: 7, validUntil: "infinity", comment: "two\nlines" });
    expect(second).toMatchObject({ kind: "update", outputs: { password: outputs.password, roleOid: outputs.roleOid } });
    expect(await attributes()).toMatchObject({ connlimit: 7, until: Number.POSITIVE_INFINITY, comment: "two\nlines" });
    await user.up({ name });
    expect(await attributes()).toMatchObject({ connlimit: 7, comment: "two\nlines" });
    expect(await user.refresh()).toBe(false);
    await user.up({ name, comment: "" });
    expect((await attributes())?.comment).toMatch(/^pulumi-neon-clickpipes: /);
  });

  test("notices a limit, an expiry and a comment changed by hand, and sets them again", async () => {
    const args = { name, connectionLimit: 3, validUntil: "2099-01-31T00:00:00Z", comment: "reads" };
    await user.up(args);
    await db.query(`alter role ${name} connection limit 9 valid until '2098-01-01'`);
    await db.query(`do $$ begin execute format('comment on role ${name} is %L',
      'edited' || substr(shobj_description('${name}'::regrole, 'pg_authid'), 6)); end $$`);
    expect(await user.refresh()).toBe(true);
    expect(user.state?.inputs).toMatchObject({
      connectionLimit: 9,
      validUntil: "2098-01-01T00:00:00.000Z",
      comment: "edited",
    });
    expect((await user.up(args)).kind).toBe("update");
    expect(await attributes()).toMatchObject({ connlimit: 3, until: new Date(args.validUntil), comment: "reads" });
    expect(await user.refresh()).toBe(false);
  });

  test("fixes NOLOGIN, NOREPLICATION and an expiry that another user set", async () => {
    await user.up({ name });
    await db.query(`alter role ${name} nologin noreplication valid until '2020-01-01'`);
    expect(await user.refresh()).toBe(true);
    expect(user.drift).toEqual([
      `role "${name}" cannot log in (NOLOGIN)`,
      `role "${name}" has lost REPLICATION`,
      `role "${name}" expired at 2020-01-01T00:00:00.000Z`,
    ]);
    expect((await user.up({ name })).kind).toBe("update");
    expect(await attributes()).toMatchObject({ login: true, replication: true });
    expect(await logsIn(db, name, user.outputs.password)).toBe(true);
    expect(await user.refresh()).toBe(false);
  });

  test("reports privileges that ClickPipes does not need, and takes them away", async () => {
    await user.up({ name });
    await db.query(`alter role ${name} bypassrls createrole createdb`);
    expect(await user.refresh()).toBe(true);
    expect(user.drift).toEqual(
      ["BYPASSRLS", "CREATEROLE", "CREATEDB"].map(
        (found) => `role "${name}" has more privileges than ClickPipes needs: ${found}`,
      ),
    );
    await user.up({ name });
    expect(await attributes()).toMatchObject(READER);
    expect(await user.refresh()).toBe(false);
  });

  test("notices a password changed by hand, and sets the known one again", async () => {
    await user.up({ name });
    await db.query(`alter role ${name} password '${PASSWORDS[1]}'`);
    expect(await user.refresh()).toBe(true);
    expect(user.drift).toEqual([`role "${name}" no longer accepts its password`]);
    const { outputs } = await user.up({ name });
    expect(await logsIn(db, name, outputs.password)).toBe(true);
    expect(await logsIn(db, name, PASSWORDS[1])).toBe(false);
  });

  test("does not set a password that still works again", async () => {
    await user.up({ name, password: PASSWORDS[0] });
    const verifier = () => db.query("select rolpassword from pg_authid where rolname = $1", [name]);
    const before = await verifier();
    await user.up({ name, password: PASSWORDS[0], connectionLimit: 4 });
    await db.query(`alter role ${name} noreplication`);
    await user.refresh();
    await user.up({ name, password: PASSWORDS[0], connectionLimit: 4 });
    expect(await verifier()).toEqual(before);
  });

  test("rotates: the old password is refused and the new one accepted", async () => {
    const old = (await user.up({ name })).outputs.password;
    const generated = (await user.up({ name, passwordVersion: 2 })).outputs.password;
    expect(await logsIn(db, name, old)).toBe(false);
    expect(await logsIn(db, name, generated)).toBe(true);
    const own = await user.up({ name, passwordVersion: 2, password: PASSWORDS[0] });
    expect(own.outputs).toMatchObject({ password: PASSWORDS[0] });
    expect(own.outputs).not.toHaveProperty("generated");
    expect(await logsIn(db, name, generated)).toBe(false);
    await user.up({ name, passwordVersion: 2, password: PASSWORDS[1] });
    expect(await logsIn(db, name, PASSWORDS[0])).toBe(false);
    expect(await logsIn(db, name, PASSWORDS[1])).toBe(true);
    expect(await user.refresh()).toBe(false);
  });

  test("is renamed in place, and keeps its password, its marker and its identity", async () => {
    const { outputs } = await user.up({ name, comment: "reads" });
    const id = user.state?.id;
    const to = `${name} renamed`;
    expect(await user.up({ name: to, comment: "reads" })).toMatchObject({
      kind: "update",
      outputs: { name: to, password: outputs.password, roleOid: outputs.roleOid, token: outputs.token },
    });
    expect(user.state?.id).toBe(id);
    expect(await attributes()).toBeUndefined();
    expect(await attributes(to)).toMatchObject({ ...READER, comment: "reads" });
    expect(await logsIn(db, to, outputs.password)).toBe(true);
    expect(await user.refresh()).toBe(false);
  });

  test("finds a role that was renamed by hand, and renames it back", async () => {
    await user.up({ name });
    await db.query(`alter role ${name} rename to "${name} other"`);
    expect(await user.refresh()).toBe(true);
    expect(user.state?.inputs.name).toBe(`${name} other`);
    await user.up({ name });
    expect(await logsIn(db, name, user.outputs.password)).toBe(true);
    expect(await attributes(`${name} other`)).toBeUndefined();
  });

  test("creates the role again after it was dropped by hand, whether or not a refresh noticed", async () => {
    await user.up({ name });
    await db.query(`drop role ${name}`);
    expect(await user.refresh()).toBe(true);
    expect(user.state).toBeUndefined();
    await user.up({ name });
    await db.query(`drop role ${name}`);
    expect((await user.up({ name, connectionLimit: 2 })).kind).toBe("update");
    expect(said.join("\n")).toContain(`role "${name}" was missing. It was created again`);
    expect(await logsIn(db, name, user.outputs.password)).toBe(true);
  });

  test("treats a role that is already gone as destroyed", async () => {
    await user.up({ name });
    await db.query(`drop role ${name}`);
    await user.destroy();
  });
});
