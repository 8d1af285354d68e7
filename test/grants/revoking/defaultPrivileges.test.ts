import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Transaction } from "../../../provider/postgres/transaction";
import { commentOf } from "../../support/grants/comment";
import { Interruptions, type Story } from "../../support/interruption";
import type { Managed } from "../../support/managed";
import type { Place, TestDatabase } from "../../support/postgres/database";
import { dependenciesOn, rightsOf } from "../../support/postgres/rights";

vi.mock("../../../provider/grants/sql/limits", () => ({ MOST_DEFAULTS: 40 }));

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];

const SCHEMAS = Array.from({ length: 25 }, (_, index) => `s${index}`);
const CREATORS = ["one", "two", "three", "four"];

/** More default privileges than one transaction may take back here: 25 schemas, with the admin and 4 other creators. */
async function makeManySchemas(db: TestDatabase): Promise<void> {
  for (const creator of CREATORS) await db.query(`create role ${creator} login; grant ${creator} to ${db.user}`);
  for (const schema of SCHEMAS)
    await db.asAdmin(`create schema ${schema}; grant create, usage on schema ${schema} to ${CREATORS.join(", ")}`);
}

describe.each(PLACES)("many default privileges on Postgres $version as $admin", ({ version, admin }) => {
  let scene: Interruptions;
  let count = 0;

  beforeAll(async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    scene = await Interruptions.start(version, admin);
    await makeManySchemas(scene.db);
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await scene?.stop();
  });

  const futureOf = async (role: string) =>
    (await rightsOf(scene.db, role)).filter((line) => line.startsWith("future")).length;

  async function grantedMany(): Promise<{ role: string; grants: Managed }> {
    const role = `many_${++count}`;
    await scene.db.asAdmin(`create role ${role}; create role ${role}_next`);
    const grants = scene.lives("ClickPipesGrants", role).lasting;
    await grants.up({ role, schemas: SCHEMAS });
    expect(await futureOf(role)).toBe(125);
    return { role, grants };
  }

  async function transactionsOf(work: () => Promise<unknown>): Promise<number> {
    const commit = vi.spyOn(Transaction.prototype, "commit");
    await work();
    const { length } = commit.mock.calls;
    commit.mockRestore();
    return length;
  }

  test("are revoked by destroy in several transactions", async () => {
    const { role, grants } = await grantedMany();
    expect(await transactionsOf(() => grants.destroy())).toBe(4);
    expect([await rightsOf(scene.db, role), await commentOf(scene.db, role)]).toEqual([[], null]);
  });

  test("are revoked by an update and a move in several transactions", async () => {
    const { role, grants } = await grantedMany();
    expect(await transactionsOf(() => grants.up({ role, schemas: SCHEMAS.slice(0, 1) }))).toBe(3);
    expect([await futureOf(role), await grants.refresh()]).toEqual([5, false]);
    await grants.up({ role, schemas: SCHEMAS });
    expect(await transactionsOf(() => grants.up({ role: `${role}_next`, schemas: SCHEMAS }))).toBe(4);
    expect([await rightsOf(scene.db, role), await futureOf(`${role}_next`)]).toEqual([[], 125]);
    expect(await grants.refresh()).toBe(false);
    await grants.destroy();
    expect(await dependenciesOn(scene.db, `${role}_next`)).toBe(0);
  });

  test("are revoked in one transaction if they are few", async () => {
    const { role, grants } = await grantedMany();
    await grants.up({ role, schemas: SCHEMAS.slice(0, 8) });
    expect(await transactionsOf(() => grants.destroy())).toBe(1);
    expect(await rightsOf(scene.db, role)).toEqual([]);
  });

  test("are revoked wherever a destroy was cut off or killed", async () => {
    await scene.everywhere((): Story => {
      const role = `killed_${++count}`;
      const lives = scene.lives("ClickPipesGrants", role);
      return {
        ...lives,
        async before() {
          await scene.db.asAdmin(`create role ${role}`);
          await lives.lasting.up({ role, schemas: SCHEMAS });
        },
        work: (grants) => grants.destroy(),
        after: async () => [await rightsOf(scene.db, role), await commentOf(scene.db, role)],
        end: () => scene.db.asAdmin(`drop role ${role}`),
      };
    });
  });
});
