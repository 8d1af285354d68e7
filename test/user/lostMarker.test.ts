import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { formatComment, type Ownership } from "../../provider/postgres/sql/mark";
import { fresh } from "../support/freshName";
import type { Managed } from "../support/managed";
import { type Place, useDatabase } from "../support/postgres/database";
import { holdsAsync } from "../support/properties";
import { readCatalogRole, readMarked, roleExists, writeComment } from "../support/user/catalog";
import { ManagedUser, markOfUser } from "../support/user/managedUser";
import { BILLING, ORDERS } from "../support/user/owners";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];
const OLD_PASSWORD = "Grand-Ocean7_tulip!Quartz42";

describe.each(PLACES)("a comment that another user replaced on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let name: string;
  let user: ManagedUser;

  beforeEach(() => {
    name = fresh("replaced");
    user = new ManagedUser(name, db.config);
  });

  test.each(["our pipe", null, "pulumi-neon-clickpipes: {broken"])(
    "keeps the role from being dropped, and the way on that the refusal names drops it: %j",
    async (comment) => {
      await user.up({ name });
      const { token } = user.outputs;
      await writeComment(db, name, comment);
      await expect(user.destroy()).rejects.toThrow(
        [
          `role "${name}" has lost this resource's marker: its comment was replaced.`,
          "Nothing was dropped.",
          "Run `pulumi refresh` and `pulumi up`, which write the marker again. Then destroy again.",
          "If you have removed this resource from the program, put it back first.",
          "To leave the object in place instead, remove this resource from the state with `pulumi state delete`.",
        ].join("\n"),
      );
      expect((await readCatalogRole(db, name))?.comment).toBe(comment);
      expect(await user.refresh()).toBe(true);
      expect(user.drift).toEqual([`role "${name}" does not carry this resource's marker in its comment`]);
      expect((await user.up({ name })).kind).toBe("update");
      expect(await readMarked(db, name)).toMatchObject({ comment, owner: { path: "", token } });
      expect(await user.refresh()).toBe(false);
      await user.destroy();
      expect(await roleExists(db, name)).toBe(false);
    },
  );

  test("does not keep an adopted role from being given back", async () => {
    await db.asAdmin(`create role ${name} login replication password '${OLD_PASSWORD}' connection limit 4`);
    await user.up({ name, adopt: true, password: OLD_PASSWORD, connectionLimit: 9 });
    await writeComment(db, name, "our pipe");
    await user.destroy();
    expect(await readCatalogRole(db, name)).toMatchObject({ comment: "our pipe", connectionLimit: 4 });
  });

  test("keeps an adopted role from being dropped with `deleteAdopted`", async () => {
    await db.asAdmin(`create role ${name} login replication password '${OLD_PASSWORD}'`);
    const args = { name, adopt: true, password: OLD_PASSWORD, deleteAdopted: true };
    await user.up(args);
    await writeComment(db, name, "our pipe");
    await expect(user.destroy()).rejects.toThrow("has lost this resource's marker");
    await user.refresh();
    await user.up(args);
    await user.destroy();
    expect(await roleExists(db, name)).toBe(false);
  });

  test("says nothing to a state without a token, which drops nothing", async () => {
    await user.up({ name });
    const state = user.state as NonNullable<Managed["state"]>;
    const { token: _token, ...outputs } = state.outputs;
    user.state = { ...state, outputs };
    await user.destroy();
    expect(said.join("\n")).toContain(`role "${name}" belongs to a later create of this resource`);
    user.state = { ...state, outputs };
    await writeComment(db, name, null);
    await expect(user.destroy()).rejects.toThrow("Nothing was dropped.");
    expect(await roleExists(db, name)).toBe(true);
  });
});

describe("a delete", () => {
  const db = useDatabase(18, "neon");
  useWarnings();

  const TOKENS = ["t1", "t2", ""] as const;
  const place = fc.record({
    database: fc.constantFrom("neondb", "other"),
    systemIdentifier: fc.constantFrom("1", "HERE"),
  });
  const owner = (mark: string) =>
    fc.record(
      {
        mark: fc.constantFrom(mark, markOfUser("other"), mark.replace("/dev/", "/prod/")),
        path: fc.constantFrom("", ORDERS, BILLING),
        token: fc.constantFrom(...TOKENS),
        place,
        adopted: fc.constant(true),
      },
      { requiredKeys: ["mark", "token"] },
    );
  const outputs = fc.record(
    {
      token: fc.constantFrom(...TOKENS),
      oid: fc.constantFrom("own", "another"),
      adopted: fc.constant(true),
      deleteAdopted: fc.constant(true),
      allowLeftoverSlots: fc.constant(true),
    },
    { requiredKeys: [] },
  );

  test("drops a role only if the state has a token that the role's marker has too", async () => {
    const name = fresh("random");
    const mark = markOfUser(name);
    const [{ id } = { id: "" }] = await db.query<{ id: string }>(
      "select system_identifier::text as id from pg_control_system()",
    );
    const marked = fc.record({
      comment: fc.constantFrom(null, "our pipe", "pulumi-neon-clickpipes: {"),
      owner: fc.option(owner(mark), { nil: undefined }),
    });
    let dropped = 0;
    await holdsAsync(fc.tuple(marked, outputs), async ([{ comment, owner: found }, { oid, ...rest }]) => {
      await db.asAdmin(`create role ${name} login replication`);
      const here = found?.place && {
        ...found.place,
        systemIdentifier: found.place.systemIdentifier.replace("HERE", id),
      };
      const written = found && ({ ...found, ...(here && { place: here }) } as Ownership);
      await writeComment(db, name, formatComment({ comment, ...(written && { owner: written }), grants: [] }));
      const known = (await readCatalogRole(db, name))?.oid ?? 0;
      const user = new ManagedUser(name, db.config);
      const roleOid = oid === undefined ? {} : { roleOid: oid === "own" ? known : known + 1_000_000 };
      user.state = { id: name, inputs: {}, outputs: { mark, path: "", name, ...rest, ...roleOid } };
      await user.destroy().catch(() => {});
      const isDropped = !(await roleExists(db, name));
      if (isDropped) {
        dropped++;
        expect(rest.token).toBeDefined();
        expect(found?.token).toBe(rest.token);
        expect(!rest.adopted || rest.deleteAdopted).toBe(true);
      } else await db.query(`drop role ${name}`);
    });
    expect(dropped).toBeGreaterThan(0);
  });
});
