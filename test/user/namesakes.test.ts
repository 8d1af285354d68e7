import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { inNewProcess } from "../support/newProcess";
import { type Place, useDatabase } from "../support/postgres/database";
import { logsIn } from "../support/postgres/login";
import { readCatalogRole, readMarked, roleExists, writeComment } from "../support/user/catalog";
import { ManagedUser, markOfUser } from "../support/user/managedUser";
import { BILLING, ORDERS, textOf } from "../support/user/owners";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)("two users of one name in different components on Postgres $version as $admin", (place) => {
  const db = useDatabase(place.version, place.admin);
  const said = useWarnings();
  let name: string;
  let mark: string;
  let orders: ManagedUser;
  let billing: ManagedUser;

  beforeEach(async () => {
    name = fresh("namesake");
    mark = markOfUser(name);
    orders = new ManagedUser(name, db.config, { path: ORDERS });
    billing = new ManagedUser(name, db.config, { path: BILLING });
    await inNewProcess(orders, billing);
  });
  afterEach(async () => {
    await orders.destroy();
    await billing.destroy();
  });

  const kept = async () => {
    expect(await logsIn(db, name, orders.outputs.password)).toBe(true);
    expect(await orders.refresh()).toBe(false);
  };

  test("cannot have the same role in one run: the second is refused, and both are named", async () => {
    await orders.up({ name });
    await expect(billing.up({ name })).rejects.toThrow(
      `role "${name}" has two owners in this program: ${mark} (in ${ORDERS}) and ${mark} (in ${BILLING}).`,
    );
    expect(billing.state).toBeUndefined();
    await kept();
  });

  test.each([undefined, true])(
    "cannot have the same role in two runs either, with `adopt: %s`, and the refusal says to share it",
    async (adopt) => {
      await orders.up({ name });
      const before = await readCatalogRole(db, name);
      await inNewProcess(billing);
      const refused = billing.up({ name, adopt, ...(adopt && { passwordVersion: 1 }) });
      await expect(refused).rejects.toThrow(
        `role "${name}" already exists and belongs to ${mark} (in ${ORDERS}), a resource of this stack.\n` +
          `This resource is ${mark} (in ${BILLING}).\n` +
          "To use it in several sources, share it: pass that resource as `user`.",
      );
      expect(await readCatalogRole(db, name)).toEqual(before);
      await kept();
    },
  );

  test("each have a role of their own, and each destroys its own", async () => {
    await orders.up({ name });
    await billing.up({ name: `${name}_b` });
    for (const one of [orders, billing]) {
      expect(await logsIn(db, String(one.outputs.name), one.outputs.password)).toBe(true);
      expect(await one.refresh()).toBe(false);
    }
    expect([(await readMarked(db, name)).owner?.path, (await readMarked(db, `${name}_b`)).owner?.path]).toEqual([
      ORDERS,
      BILLING,
    ]);
    await orders.destroy();
    expect([await roleExists(db, name), await roleExists(db, `${name}_b`)]).toEqual([false, true]);
    await billing.destroy();
    expect(await roleExists(db, `${name}_b`)).toBe(false);
    expect(said.join("\n")).not.toContain("also carries the marker");
  });

  /** As an earlier version left it after it was killed. */
  async function leaveOldMarker(): Promise<void> {
    await orders.up({ name });
    orders.state = undefined;
    await writeComment(db, name, textOf({ mark, token: "of an earlier version" }));
    await inNewProcess(orders, billing);
  }

  test("without the other, an earlier version's marker is resumed, and a preview and a create say so", async () => {
    await leaveOldMarker();
    const exists = `role "${name}" exists, and carries a marker that an earlier version wrote for a resource of this name.`;
    await orders.check({ name });
    expect(said).toEqual([
      expect.stringContaining(
        `${exists}\n\`pulumi up\` takes it over.\nIt then gets a new password. Every client that uses the old password is locked out.`,
      ),
    ]);
    await orders.up({ name });
    expect(said.slice(1)).toEqual([
      expect.stringContaining(
        `${exists}\nIt was taken over.\nIt has a new password now. Every client that uses the old password is locked out.`,
      ),
    ]);
    expect((await readMarked(db, name)).owner).toMatchObject({
      ...{ mark, path: ORDERS, token: orders.outputs.token },
      place: { database: db.database },
    });
    await kept();
  });

  const ambiguous = () =>
    `role "${name}" already exists and carries a marker of an earlier version, which two resources of this program may have made.`;

  test.each([undefined, true])(
    "an earlier version's marker is refused if the program says that there is another, with `adopt: %s`",
    async (adopt) => {
      await leaveOldMarker();
      const before = await readCatalogRole(db, name);
      const args = { name, namesakes: true, adopt, ...(adopt && { passwordVersion: 1 }) };
      await expect(orders.check(args)).rejects.toThrow(ambiguous());
      await expect(orders.up(args)).rejects.toThrow(ambiguous());
      expect(await readCatalogRole(db, name)).toEqual(before);
      await db.query(`drop role ${name}`);
    },
  );

  test("an earlier version's marker is refused if the other was checked in the same run", async () => {
    await leaveOldMarker();
    const before = await readCatalogRole(db, name);
    await billing.check({ name: `${name}_b` });
    await expect(orders.up({ name })).rejects.toThrow(ambiguous());
    expect(await readCatalogRole(db, name)).toEqual(before);
    await db.query(`drop role ${name}`);
  });

  test("an earlier version's marker stays that of the state that has its token, whatever namesakes there are", async () => {
    await orders.up({ name });
    await writeComment(db, name, textOf({ mark, token: String(orders.outputs.token) }));
    await inNewProcess(orders, billing);
    await billing.up({ name: `${name}_b`, namesakes: true });
    await orders.check({ name, namesakes: true });
    expect(await orders.refresh()).toBe(false);
    await orders.up({ name, namesakes: true, connectionLimit: 3 });
    expect((await readMarked(db, name)).owner).toMatchObject({ path: ORDERS, token: orders.outputs.token });
    await orders.destroy();
    expect(await roleExists(db, name)).toBe(false);
  });
});
