import { beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { inNewProcess } from "../support/newProcess";
import { type Place, useDatabase } from "../support/postgres/database";
import { logsIn } from "../support/postgres/login";
import { readMarked, roleExists } from "../support/user/catalog";
import { ManagedUser } from "../support/user/managedUser";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];
const OWN = "Grand-Ocean7_tulip!Quartz42";

describe.each(PLACES)("two owners of one identity on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let name: string;
  let first: ManagedUser;
  let second: ManagedUser;

  /** Two backends with equal names of project and stack. */
  beforeEach(async () => {
    name = fresh("twice");
    first = new ManagedUser(name, db.config);
    second = new ManagedUser(name, db.config);
    await first.up({ name });
    await inNewProcess(second);
  });

  const again = () => `role "${name}" carries the marker of another create of this resource`;

  test.each([
    { password: undefined, what: "a new password" },
    { password: OWN, what: "the given `password`" },
  ])("a preview and a create say that the second takes the role over, and sets $what", async ({ password, what }) => {
    const exists =
      `role "${name}" exists, and carries this resource's marker.\n` +
      "An interrupted run created it, Pulumi is replacing it, or another stack has the same name.";
    await second.check({ name, password });
    expect(said).toEqual([
      expect.stringContaining(
        `${exists}\n\`pulumi up\` takes it over.\nIt then gets ${what}. Every client that uses the old password is locked out.`,
      ),
    ]);
    expect(await logsIn(db, name, first.outputs.password)).toBe(true);
    await second.up({ name, password });
    expect(said.slice(1)).toEqual([
      expect.stringContaining(
        `${exists}\nIt was taken over.\nIt has ${what} now. Every client that uses the old password is locked out.`,
      ),
    ]);
    expect(await logsIn(db, name, first.outputs.password)).toBe(false);
    await second.destroy();
  });

  test("a refresh of each shows that the other has it, and an update takes it back", async () => {
    await second.up({ name });
    for (const [one, other] of [
      [first, second],
      [second, first],
    ] as const) {
      expect(await one.refresh()).toBe(true);
      expect(one.drift).toEqual([again(), `role "${name}" no longer accepts its password`]);
      expect((await one.up({ name })).kind).toBe("update");
      expect(said.join("\n")).toContain(
        `role "${name}" carried the marker of another create of this resource.\nThis update took it over`,
      );
      expect((await readMarked(db, name)).owner?.token).toBe(one.outputs.token);
      expect(await logsIn(db, name, one.outputs.password)).toBe(true);
      expect(await logsIn(db, name, other.outputs.password)).toBe(false);
      expect(await one.refresh()).toBe(false);
    }
    await first.destroy();
    expect(said.join("\n")).toContain(`role "${name}" belongs to a later create of this resource`);
    expect(await roleExists(db, name)).toBe(true);
    await second.destroy();
    expect(await roleExists(db, name)).toBe(false);
  });

  test("a state from before a `--replace` shows drift, an update takes the role back, and a destroy drops it", async () => {
    await second.up({ name });
    const restored = first;
    expect(await restored.refresh()).toBe(true);
    expect(restored.drift).toContain(again());
    await restored.up({ name });
    expect(await restored.refresh()).toBe(false);
    await restored.destroy();
    expect(await roleExists(db, name)).toBe(false);
  });

  test("a state from before a `--replace` that is destroyed at once leaves the role, and says how to drop it", async () => {
    await second.up({ name });
    const { state } = first;
    await first.destroy();
    expect(said.join("\n")).toContain(
      `role "${name}" belongs to a later create of this resource, so delete left it unchanged.\n` +
        "If no later create is in this stack, as after an older state was restored, run `pulumi up`, which takes it over. Then destroy again.",
    );
    expect(await logsIn(db, name, second.outputs.password)).toBe(true);
    expect(await second.refresh()).toBe(false);
    first.state = state;
    await first.refresh();
    await first.up({ name });
    await first.destroy();
    expect(await roleExists(db, name)).toBe(false);
  });
});
