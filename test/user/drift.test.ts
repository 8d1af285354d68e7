import { beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { inNewProcess } from "../support/newProcess";
import { type Place, useDatabase } from "../support/postgres/database";
import { logsIn } from "../support/postgres/login";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 16, admin: "neon" },
  { version: 18, admin: "neon" },
];
const OTHER = "Silver-River9_maple!Onyx73";

describe.each(PLACES)("changes by other users to a user on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let name: string;
  let user: Managed;

  beforeEach(async () => {
    name = fresh("drifting");
    user = new Managed("ClickPipesUser", name, db.config);
    await user.up({ name });
  });

  const warnings = () => said.join("\n");
  const passwordOf = async () => (await db.query("select rolpassword from pg_authid where rolname = $1", [name]))[0];

  test("a password changed together with NOLOGIN is noticed, and both are fixed", async () => {
    await db.query(`alter role ${name} nologin password '${OTHER}'`);
    expect(await user.refresh()).toBe(true);
    expect(user.drift).toEqual([
      `role "${name}" cannot log in (NOLOGIN)`,
      `role "${name}" no longer accepts its password`,
    ]);
    await user.up({ name });
    expect(await logsIn(db, name, user.outputs.password)).toBe(true);
    expect(await user.refresh()).toBe(false);
  });

  test.each(["-infinity", "2001-01-01"])(
    "an expiry of %s is removed, and the password is not set again",
    async (end) => {
      const before = await passwordOf();
      await db.query(`alter role ${name} valid until '${end}'`);
      expect(await user.refresh()).toBe(true);
      expect(user.drift).toEqual([expect.stringMatching(`role "${name}" expired at ${end}`)]);
      await user.up({ name });
      expect(await logsIn(db, name, user.outputs.password)).toBe(true);
      expect(await user.refresh()).toBe(false);
      expect(await passwordOf()).toEqual(before);
    },
  );

  test("a password changed together with an expiry in the past is set again once the role is valid", async () => {
    await db.query(`alter role ${name} valid until '2001-01-01' password '${OTHER}'`);
    await user.refresh();
    await user.up({ name });
    expect(await logsIn(db, name, user.outputs.password)).toBe(true);
  });

  test("a superuser takes SUPERUSER away; another admin is given the statement, at every refresh and on delete", async () => {
    await db.query(`alter role ${name} superuser`);
    expect(await user.refresh()).toBe(true);
    const drift = [`role "${name}" has more privileges than ClickPipes needs: SUPERUSER`];
    expect(user.drift).toEqual(drift);
    expect((await user.up({ name })).kind).toBe("update");
    expect(await user.refresh()).toBe(admin === "neon");
    if (admin === "neon") {
      expect(user.drift).toEqual(drift);
      expect(warnings()).toContain(`Run as an admin: ALTER ROLE "${name}" NOSUPERUSER;`);
      await expect(user.destroy()).rejects.toThrow(
        `role "${name}" cannot be dropped.\n"${name}" is a superuser, and "${db.user}" isn't.`,
      );
      await db.query(`alter role ${name} nosuperuser`);
    }
    await user.destroy();
    expect(await passwordOf()).toBeUndefined();
  });

  test("membership in Neon's privileged role, direct or through another role, is revoked if the admin may, and otherwise reported with the statement", async () => {
    if (admin === "superuser") await db.query("create role neon_superuser nologin");
    await db.query(`create role ${name}_boss in role neon_superuser`);
    await db.query(`grant neon_superuser, ${name}_boss to ${name}`);
    expect(await user.refresh()).toBe(true);
    const drift = [
      `role "${name}" has more privileges than ClickPipes needs: membership in ${name}_boss (and through it in neon_superuser)`,
      `role "${name}" has more privileges than ClickPipes needs: membership in neon_superuser`,
    ];
    expect(user.drift).toEqual(drift);
    expect((await user.up({ name })).kind).toBe("update");
    expect(await user.refresh()).toBe(admin === "neon");
    if (admin === "superuser") return;
    expect(user.drift).toEqual(drift);
    for (const role of [`${name}_boss`, "neon_superuser"]) {
      expect(warnings()).toContain(`Run as an admin: REVOKE "${role}" FROM "${name}";`);
      await db.query(`revoke ${role} from ${name}`);
    }
    expect(await user.refresh()).toBe(true);
    expect(user.drift).toEqual([]);
  });

  test("a role dropped without a refresh is created again with the password in the state", async () => {
    const { password } = user.outputs;
    await db.query(`drop role ${name}`);
    await user.up({ name, connectionLimit: 3 });
    expect(user.outputs.password).toBe(password);
    expect(await logsIn(db, name, password)).toBe(true);
    expect(warnings()).toContain(`role "${name}" was missing. It was created again, without the rights that it had.`);
    expect(await user.refresh()).toBe(false);
  });

  test("a role that the superuser has since created under the same name is not taken over", async () => {
    await db.query(`drop role ${name}`);
    await db.query(`create role ${name} login replication password '${OTHER}'`);
    await expect(user.up({ name, connectionLimit: 2 })).rejects.toThrow(
      [
        `role "${name}" already exists and was not created by this resource.`,
        "The role in the state is gone, and an update adopts no other.",
      ].join("\n"),
    );
    expect(warnings()).not.toContain("created again");
    const { state } = user;
    await user.destroy();
    user.state = state;
    expect(await user.refresh()).toBe(true);
    expect(user.state).toBeUndefined();
    expect(await logsIn(db, name, OTHER)).toBe(true);
  });

  test("a role that a killed run left behind is completed, and privileges given to it since are taken away", async () => {
    user.state = undefined;
    await db.query(`alter role ${name} nologin createdb bypassrls`);
    await user.up({ name });
    expect(
      await db.query("select rolcanlogin, rolcreatedb, rolbypassrls from pg_roles where rolname = $1", [name]),
    ).toEqual([{ rolcanlogin: true, rolcreatedb: false, rolbypassrls: false }]);
    expect(await user.refresh()).toBe(false);
  });

  test("two users cannot take each other's name, and the refusal says how to swap them", async () => {
    const other = new Managed("ClickPipesUser", `${name}_b`, db.config);
    await other.up({ name: `${name}_b` });
    await inNewProcess(user, other);
    const failures = await Promise.all(
      [user.up({ name: `${name}_b` }), other.up({ name })].map((one) => one.catch((error: Error) => error.message)),
    );
    for (const failure of failures)
      expect(failure).toMatch(
        /another role already has that name\.\nThat role belongs to this stack: .*\n.* a third name/,
      );
    await inNewProcess(user, other);
    await user.up({ name: `${name}_c` });
    await inNewProcess(user, other);
    await other.up({ name });
    await user.up({ name: `${name}_b` });
    for (const one of [user, other]) {
      expect(await logsIn(db, String(one.outputs.name), one.outputs.password)).toBe(true);
      expect(await one.refresh()).toBe(false);
      await one.destroy();
    }
  });
});
