import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dropPartitioned, loadAs, newPartitioned, type Partitioned } from "../../support/grants/partitioned";
import { type Place, useDatabase } from "../../support/postgres/database";
import { useWarnings } from "../../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "neon" },
  { version: 18, admin: "neon" },
];
interface Entry {
  kind: string;
  object: string;
  owner: string;
  reason: string;
  fix: string;
}

describe.each(PLACES)("what cannot be covered of a partitioned table, on Postgres $version", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let { role, app, parts, old, grants } = {} as Partitioned;

  beforeAll(() => db.query("create role stranger"));
  beforeEach(async () => {
    ({ role, app, parts, old, grants } = await newPartitioned(db));
  });
  afterEach(() => dropPartitioned(db, { role, app, parts, old, grants }));

  const events = () => ({ role, tables: [{ schema: app, name: "events", columns: ["id"] }] });
  const uncovered = () => grants.outputs.uncovered as Entry[];

  test("is one entry for each table and owner, with a fix for all its leaves", async () => {
    await db.query(`alter table ${parts}.low owner to stranger; alter schema ${old} owner to stranger`);
    await grants.up(events());
    expect(uncovered().map(({ kind, object }) => [kind, object])).toEqual([
      ["schema", old],
      ["table", `${parts}.low`],
    ]);
    expect(await grants.refresh()).toBe(false);

    await db.query(`create table ${parts}.other partition of ${app}.events for values from (100) to (101)`);
    await db.query(`alter table ${parts}.other owner to stranger`);
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([
      expect.stringMatching(
        `^2 partitions of ${app}.events \\(${parts}.low, ${parts}.other\\) are not covered. Only its owner`,
      ),
    ]);
    await grants.up(events());
    for (const { fix } of uncovered()) await db.query(fix);
    await loadAs(db, role, "id", [`${parts}.other`, `${parts}.low`, `${old}.events_old`]);
    expect(await grants.refresh()).toBe(false);
    expect(uncovered()).toEqual([]);
  });

  test("stays one entry with one statement for many leaves", async () => {
    for (let i = 0; i < 30; i++) {
      await db.query(
        `create table ${parts}.many_${i} partition of ${app}.events for values from (${100 + i}) to (${101 + i})`,
      );
      await db.query(
        `alter table ${parts}.many_${i} owner to stranger; alter table ${parts}.many_${i} enable row level security`,
      );
    }
    await grants.up(events());
    expect(uncovered().map(({ kind, object }) => [kind, object])).toEqual(
      [1, 2].map(() => [
        "tables",
        expect.stringMatching(`^30 partitions of ${app}.events \\(${parts}.many_0, .* and 25 more\\)$`),
      ]),
    );
    for (const { fix } of uncovered()) {
      expect(fix.length).toBeLessThan(1000);
      await db.query(fix);
    }
    await db.query(`insert into ${app}.events values (1, 129)`);
    expect(await loadAs(db, role, "id", [`${parts}.many_29`])).toEqual([{ id: "1" }]);
    expect(await grants.refresh()).toBe(false);
    expect(uncovered()).toEqual([]);
  });

  test("includes the rows that row-level security of a leaf hides", async () => {
    await db.query(`insert into ${app}.events values (1, 21); alter table ${parts}.low enable row level security`);
    await grants.up(events());
    const [entry] = uncovered();
    expect(entry).toMatchObject({
      object: `${parts}.low`,
      reason: expect.stringContaining("row-level security hides rows"),
    });
    expect(said.join("\n")).toContain(`table ${parts}.low is not covered.`);
    expect(await loadAs(db, role, "id", [`${parts}.low`])).toEqual([]);
    await db.query(String(entry?.fix));
    expect(await loadAs(db, role, "id", [`${parts}.low`])).toEqual([{ id: "1" }]);
    expect(await grants.refresh()).toBe(false);
  });
});

describe.each(PLACES)("tables that inherit, on Postgres $version", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let { role, app, parts, old, grants } = {} as Partitioned;

  beforeEach(async () => {
    ({ role, app, parts, old, grants } = await newPartitioned(db));
    await db.asAdmin(
      `create table ${app}.city (id int primary key); create table ${app}.capital () inherits (${app}.city)`,
    );
    await db.asAdmin(`create table ${parts}.seat () inherits (${app}.capital)`);
  });
  afterEach(() => dropPartitioned(db, { role, app, parts, old, grants }));

  const warning = () => said.filter((line) => line.includes("inherit"));

  test("are not granted unasked, and are named once", async () => {
    await grants.up({ role, tables: [`${app}.city`] });
    await expect(loadAs(db, role, "id", [`${app}.capital`])).rejects.toThrow("permission denied");
    expect(warning()).toEqual([
      expect.stringContaining(
        `role "${role}" cannot read ${app}.capital, ${parts}.seat, which inherit from ${app}.city.\n` +
          `ClickPipes loads the rows of each of them with ${app}.city, so the first load fails.\n` +
          "Add them to `tables` of these grants",
      ),
    ]);
    expect(grants.outputs.uncovered).toEqual([]);
    expect(await grants.refresh()).toBe(false);
  });

  test.each([
    ["listed", () => ({ tables: [`${app}.city`, `${app}.capital`, `${parts}.seat`] })],
    ["in a whole schema", () => ({ tables: [`${app}.city`], schemas: [app, parts] })],
  ])("are not named if they are %s", async (_how, scope) => {
    await grants.up({ role, ...scope() });
    await loadAs(db, role, "id", [`${app}.capital`, `${parts}.seat`]);
    expect(warning()).toEqual([]);
  });

  test("are not named if the role can read them anyway", async () => {
    await db.asAdmin(`grant select on ${app}.capital, ${parts}.seat to public`);
    await grants.up({ role, tables: [`${app}.city`] });
    expect(warning()).toEqual([]);
    await db.asAdmin(`drop table ${app}.city cascade`);
  });
});
