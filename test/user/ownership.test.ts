import { beforeEach, describe, expect, test, vi } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { inNewProcess } from "../support/newProcess";
import { useDatabase } from "../support/postgres/database";
import { logsIn } from "../support/postgres/login";
import { useWarnings } from "../support/warnings";

describe("who owns a role", () => {
  const db = useDatabase(17, "neon");
  const said = useWarnings();
  let name: string;
  let user: Managed;

  beforeEach(() => {
    name = fresh("owned");
    user = new Managed("ClickPipesUser", name, db.config);
  });

  const exists = async (role = name) =>
    (await db.query("select from pg_roles where rolname = $1", [role])).length === 1;

  test("a role that a killed run left behind is completed with a new password and a new token", async () => {
    await user.up({ name, comment: "reads" });
    const killed = user.state;
    user.state = undefined;
    await user.up({ name, comment: "reads", connectionLimit: 5 });
    expect(user.outputs.token).not.toBe(killed?.outputs.token);
    expect(await logsIn(db, name, killed?.outputs.password)).toBe(false);
    expect(await logsIn(db, name, user.outputs.password)).toBe(true);
    expect(await db.query("select rolconnlimit from pg_roles where rolname = $1", [name])).toEqual([
      { rolconnlimit: 5 },
    ]);
    const late = new Managed("ClickPipesUser", name, db.config);
    late.state = killed;
    await late.destroy();
    expect(said.join("\n")).toContain(`role "${name}" belongs to a later create of this resource`);
    expect(await exists()).toBe(true);
    await user.destroy();
    expect(await exists()).toBe(false);
  });

  test("a password that Neon refuses at COMMIT changes nothing, and the next one is accepted", async () => {
    const verifier =
      "SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$Ml4IHBrhuTbD7U4yHrN7kbZB2jy9RFqL5p3c+8AXtGg=:9Dg7hQeJH0zrT2v0s5Jv5wzBvNfN6fGnLZgk3cVqJ9U=";
    const refused = /Received HTTP code 400 from control plane: .* \(XX000 internal_error\)/;
    const unchecked = async (inputs: object) => {
      const check = vi.spyOn(user, "check").mockResolvedValue({ ...(await user.check({ name })), ...inputs });
      await expect(user.up({})).rejects.toThrow(refused);
      check.mockRestore();
    };
    await unchecked({ password: verifier });
    expect([await exists(), user.state]).toEqual([false, undefined]);
    const { outputs } = await user.up({ name });
    await unchecked({ password: verifier, connectionLimit: 3 });
    expect(user.outputs).toEqual(outputs);
    expect(await logsIn(db, name, outputs.password)).toBe(true);
    expect(await user.refresh()).toBe(false);
    await user.up({ name, password: "Silver-River9_maple!Onyx73" });
    expect(await logsIn(db, name, "Silver-River9_maple!Onyx73")).toBe(true);
    await user.destroy();
  });

  test("a role of another resource of this stack is refused with a hint about `aliases`", async () => {
    await user.up({ name });
    const renamed = new Managed("ClickPipesUser", "renamed", db.config);
    await inNewProcess(renamed);
    await expect(renamed.up({ name })).rejects.toThrow(
      new RegExp(
        `belongs to organization/app/dev/ClickPipesUser/${name}, a resource of this stack\\.\nThis resource is .*/renamed\\.\n.*\n.*\`aliases\` with the old name`,
      ),
    );
    await user.destroy();
  });

  test("a role of another stack is refused without that hint", async () => {
    await user.up({ name });
    const foreign = new Managed("ClickPipesUser", name, db.config, { stack: "production" });
    const failure = await foreign.up({ name }).catch((error: Error) => error.message);
    expect(failure).toContain(`belongs to organization/app/dev/ClickPipesUser/${name}.`);
    expect(failure).not.toContain("alias");
    await user.destroy();
  });

  test("with an alias, the role carries the new name of its resource, and the old name no longer", async () => {
    await user.up({ name });
    const renamed = new Managed("ClickPipesUser", "renamed", db.config);
    renamed.state = user.state;
    await inNewProcess(renamed);
    expect((await renamed.up({ name })).kind).toBe("update");
    const [{ comment } = { comment: "" }] = await db.query<{ comment: string }>(
      "select shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = $1",
      [name],
    );
    expect(comment).toContain("/ClickPipesUser/renamed");
    expect(comment).not.toContain(`/ClickPipesUser/${name}"`);
    await renamed.destroy();
    expect(await exists()).toBe(false);
  });

  test("the first resource no longer drops a role that another resource adopted", async () => {
    await user.up({ name });
    const taker = new Managed("ClickPipesUser", "taker", db.config, { stack: "other" });
    await taker.up({ name, adopt: true, password: user.outputs.password });
    await user.destroy();
    expect(await exists()).toBe(true);
  });

  test("a role that another resource adopted and released belongs to the first one again", async () => {
    await user.up({ name });
    const taker = new Managed("ClickPipesUser", "taker", db.config, { stack: "other" });
    await taker.up({ name, adopt: true, password: user.outputs.password });
    await taker.destroy();
    expect(await user.refresh()).toBe(false);
    await user.destroy();
    expect(await exists()).toBe(false);
  });

  test("a lost marker keeps the role from being dropped until a refresh and an update restore it", async () => {
    await user.up({ name });
    await db.query(`comment on role ${name} is 'by hand'`);
    await expect(user.destroy()).rejects.toThrow(`role "${name}" has lost this resource's marker`);
    expect(await exists()).toBe(true);
    expect(await user.refresh()).toBe(true);
    expect(user.drift).toEqual([`role "${name}" does not carry this resource's marker in its comment`]);
    await user.up({ name });
    const [{ comment } = { comment: "" }] = await db.query<{ comment: string }>(
      "select shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = $1",
      [name],
    );
    expect(comment).toMatch(/^by hand\npulumi-neon-clickpipes: /);
    await user.destroy();
    expect(await exists()).toBe(false);
  });

  test("another role of the same name is not taken over, changed or dropped", async () => {
    await user.up({ name });
    await db.query(`drop role ${name}`);
    await db.asAdmin(`create role ${name} nologin`);
    const state = user.state;
    await expect(user.up({ name, connectionLimit: 2 })).rejects.toThrow(/was not created by this resource/);
    await user.destroy();
    user.state = state;
    expect(await user.refresh()).toBe(true);
    expect(user.state).toBeUndefined();
    const [left] = await db.query("select rolcanlogin, rolconnlimit from pg_roles where rolname = $1", [name]);
    expect(left).toEqual({ rolcanlogin: false, rolconnlimit: -1 });
  });

  test("a role is not renamed to the name of an existing role", async () => {
    await db.asAdmin(`create role ${name}_taken`);
    await user.up({ name });
    await expect(user.check({ name: `${name}_taken` })).rejects.toThrow(
      `cannot be renamed to "${name}_taken": another role already has that name`,
    );
    const inputs = { ...user.state?.inputs, name: `${name}_taken` };
    const state = user.state;
    if (state) user.state = { ...state, inputs };
    await expect(user.up({ name: `${name}_taken`, connectionLimit: 3 })).rejects.toThrow(/cannot be renamed/);
    expect(await exists()).toBe(true);
    if (state) user.state = state;
    await user.destroy();
  });

  test("nothing is read, changed or dropped in another database", async () => {
    await db.asAdmin(`create database ${name}`);
    await user.up({ name });
    const uri = Object.assign(new URL(db.uri), { pathname: `/${name}` }).toString();
    const elsewhere = new Managed("ClickPipesUser", name, { "clickpipes:connectionUri": uri });
    elsewhere.state = user.state;
    const refused = new RegExp(`lives in database "${db.database}" .*but the connection is to database "${name}"`);
    await expect(elsewhere.refresh()).rejects.toThrow(refused);
    await expect(elsewhere.up({ name, connectionLimit: 3 })).rejects.toThrow(refused);
    await expect(elsewhere.destroy()).rejects.toThrow(refused);
    await user.destroy();
  });

  test("after a restore, a role is found by its name and not by an OID that now means another role", async () => {
    await user.up({ name });
    await db.asAdmin(`create role ${name}_bystander login`);
    const [{ oid } = { oid: 0 }] = await db.query<{ oid: number }>("select oid from pg_roles where rolname = $1", [
      `${name}_bystander`,
    ]);
    const restored = new Managed("ClickPipesUser", name, { ...db.config, "clickpipes:acceptMovedDatabase": "true" });
    const { id, inputs, outputs } = user.state as NonNullable<Managed["state"]>;
    const target = { ...(outputs.target as object), systemIdentifier: "1" };
    restored.state = { id, inputs, outputs: { ...outputs, roleOid: oid, target } };
    expect(await restored.refresh()).toBe(false);
    expect(restored.outputs.roleOid).toBe(outputs.roleOid);
    restored.state = { id, inputs, outputs: { ...outputs, roleOid: oid, target } };
    await restored.up({ name, connectionLimit: 3 });
    expect(await exists(`${name}_bystander`)).toBe(true);
    expect(restored.outputs).toMatchObject({ roleOid: outputs.roleOid, connectionLimit: 3 });
    await restored.destroy();
    expect([await exists(), await exists(`${name}_bystander`)]).toEqual([false, true]);
  });
});
