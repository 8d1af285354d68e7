import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { figure, LONG } from "../support/long";
import { inNewProcess } from "../support/newProcess";
import { logsIn } from "../support/postgres/login";
import { readCatalogRole, roleExists } from "../support/user/catalog";
import { KilledCreates } from "../support/user/killedCreate";
import { ManagedUser } from "../support/user/managedUser";
import { useWarnings } from "../support/warnings";

const [OWN, OTHER] = ["Grand-Ocean7_tulip!Quartz42", "Silver-River9_maple!Onyx73"];
const FIRST = { comment: "reads", connectionLimit: 5, validUntil: "2095-01-01", passwordVersion: 1 };

describe("a create that was killed at any statement, resumed with other arguments", () => {
  let scene: KilledCreates;
  const said = useWarnings();
  let name: string;

  beforeAll(async () => {
    scene = await KilledCreates.start(18, "neon");
  });
  afterAll(() => scene?.stop());
  beforeEach(() => {
    name = fresh("killed");
  });

  /** In a run that is not long, each test tries others of the boundaries. */
  let tests = 0;
  const boundaries = async (first: Record<string, unknown>) => {
    const all = await scene.boundariesOf(name, { name, ...first });
    expect(all.length).toBeGreaterThan(3);
    const offset = tests++;
    const tried = all.filter((_one, index) => LONG || (index + offset) % 5 === 0);
    figure(`${tried.length} of ${all.length} boundaries: killed there, and resumed with other arguments`);
    return tried;
  };

  test.each<{ title: string; first?: object; next: object }>([
    { title: "another connectionLimit", next: { connectionLimit: 9 } },
    { title: "another validUntil", next: { validUntil: "2099-01-01" } },
    { title: "another comment", next: { comment: "it's new\nand longer" } },
    { title: "no comment", next: { comment: "" } },
    { title: "a password", next: { password: OWN } },
    { title: "another password", first: { password: OWN }, next: { password: OTHER } },
    { title: "another passwordVersion", next: { passwordVersion: 2 } },
    { title: "`adopt`", next: { adopt: true } },
    {
      title: "everything",
      next: { connectionLimit: 2, comment: "all", password: OTHER, validUntil: "infinity", adopt: true },
    },
  ])("ends as an update to these would: $title", async ({ first = {}, next }) => {
    const before = { ...FIRST, ...first };
    const updated = new ManagedUser(name, scene.db.config);
    await inNewProcess(updated);
    await updated.up({ name, ...before });
    await updated.up({ name, ...before, ...next });
    const expected = await scene.describe(updated, name);
    expect(expected).toMatchObject({ login: true, isClean: true, adopted: undefined });
    await updated.destroy();
    for (const boundary of await boundaries(before)) {
      const killed = await scene.killedAt(boundary, name, { name, ...before });
      await killed.up({ name, ...before, ...next });
      expect(await scene.describe(killed, name), JSON.stringify(boundary)).toEqual(expected);
      await killed.destroy();
      expect(await roleExists(scene.db, name)).toBe(false);
    }
  });

  test("makes the role of another `name`, and a warning names the old one with the DROP ROLE that works", async () => {
    let left = 0;
    for (const boundary of await boundaries(FIRST)) {
      said.length = 0;
      const killed = await scene.killedAt(boundary, name, { name, ...FIRST });
      const isLeft = await roleExists(scene.db, name);
      await killed.up({ name: `${name} new`, ...FIRST });
      expect(await logsIn(scene.db, `${name} new`, killed.outputs.password)).toBe(true);
      expect(await roleExists(scene.db, name)).toBe(isLeft);
      const warning = said.find((line) => line.includes("also carries the marker"));
      expect(warning !== undefined, JSON.stringify(boundary)).toBe(isLeft);
      const [, drop = "select"] = warning?.match(/if nothing uses it, run: (DROP ROLE .*;)/) ?? [];
      await scene.db.asAdmin(drop);
      expect(await roleExists(scene.db, name)).toBe(false);
      expect(await killed.refresh()).toBe(false);
      await killed.destroy();
      if (isLeft) left++;
    }
    expect(left).toBeGreaterThan(0);
  });
});

describe("an adoption that was interrupted", () => {
  let scene: KilledCreates;
  const said = useWarnings();
  let name: string;

  beforeAll(async () => {
    scene = await KilledCreates.start(18, "neon");
  });
  afterAll(() => scene?.stop());
  beforeEach(async () => {
    name = fresh("adopted");
    await theirRole();
  });

  const theirRole = () =>
    scene.db.asAdmin(`create role ${name} login replication password '${OWN}' connection limit 4`);

  /** As a run leaves it that was killed before it saved its state. */
  async function interrupted(args: Record<string, unknown>): Promise<ManagedUser> {
    const killed = new ManagedUser(name, scene.db.config);
    await inNewProcess(killed);
    await killed.up({ name, adopt: true, ...args });
    const next = new ManagedUser(name, scene.db.config);
    await inNewProcess(next);
    return next;
  }

  async function staysAfterDestroy(user: ManagedUser): Promise<void> {
    await user.destroy();
    expect(await roleExists(scene.db, name)).toBe(true);
    await scene.db.query(`drop role ${name}`);
  }

  test.each([true, undefined])("goes on as one with the role's own password and `adopt: %s`", async (adopt) => {
    const user = await interrupted({ password: OWN });
    await user.up({ name, adopt, password: OWN });
    expect(user.outputs).toMatchObject({ adopted: true, password: OWN });
    expect(said.at(-1)).toContain("It was taken over.");
    expect(await user.refresh()).toBe(false);
    await staysAfterDestroy(user);
  });

  test.each([true, undefined])("goes on as one that resets the password, with `adopt: %s`", async (adopt) => {
    const user = await interrupted({ passwordVersion: 1 });
    await user.up({ name, adopt, passwordVersion: 1 });
    expect(user.outputs).toMatchObject({ adopted: true });
    expect(await logsIn(scene.db, name, user.outputs.password)).toBe(true);
    expect(await user.refresh()).toBe(false);
    await staysAfterDestroy(user);
  });

  test.each([true, undefined])("tries a password that the role does not have, with `adopt: %s`", async (adopt) => {
    const user = await interrupted({ password: OWN });
    await expect(user.up({ name, adopt, password: OTHER })).rejects.toThrow(/does not accept the given `password`/);
    expect(await logsIn(scene.db, name, OWN)).toBe(true);
    await user.up({ name, adopt, password: OTHER, passwordVersion: 1 });
    expect(await logsIn(scene.db, name, OTHER)).toBe(true);
    expect(await user.refresh()).toBe(false);
    await staysAfterDestroy(user);
  });

  test("is left to its role if the program then has another `name`, and a warning names the COMMENT that gives it back", async () => {
    await scene.db.query(`comment on role ${name} is 'theirs'`);
    const user = await interrupted({ password: OWN });
    await user.up({ name: `${name}_new`, password: OTHER });
    const warning = said.find((line) => line.includes("also carries the marker"));
    expect(warning).not.toContain("DROP ROLE");
    const [, fix = ""] = warning?.match(/run: (COMMENT ON ROLE .*;)/) ?? [];
    await scene.db.asAdmin(fix);
    expect(await readCatalogRole(scene.db, name)).toMatchObject({ comment: "theirs", connectionLimit: 4 });
    await user.destroy();
    await scene.db.query(`drop role ${name}`);
  });

  test("is refused without `adopt`, a password and consent to reset it, and nothing is changed", async () => {
    const user = await interrupted({ password: OWN });
    await expect(user.up({ name })).rejects.toThrow(
      /Set `password` to the password that it has, or set `passwordVersion`/,
    );
    expect(await logsIn(scene.db, name, OWN)).toBe(true);
    await scene.db.query(`drop role ${name}`);
  });

  test("goes on at any statement at which it was killed, and the role stays after the destroy", async () => {
    const args = { name, adopt: true, passwordVersion: 1, connectionLimit: 9 };
    const all = await scene.boundariesOf(name, args);
    for (const boundary of all.filter((_one, index) => LONG || index % 5 === 0)) {
      const killed = await scene.killedAt(boundary, name, args);
      const marked = (await scene.db.query("select shobj_description($1::regrole, 'pg_authid') as text", [name]))[0];
      await killed.up({ ...args, adopt: marked?.text === null ? true : undefined });
      expect(killed.outputs, JSON.stringify(boundary)).toMatchObject({ adopted: true });
      expect(await logsIn(scene.db, name, killed.outputs.password)).toBe(true);
      expect(await killed.refresh()).toBe(false);
      await staysAfterDestroy(killed);
      await theirRole();
    }
  });
});
