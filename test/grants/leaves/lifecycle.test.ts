import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { destroyGrants } from "../../support/grants/grantee";
import { byAdmin, loadAs, newPartitioned, type Partitioned, sortedRights } from "../../support/grants/partitioned";
import { type Place, useDatabase } from "../../support/postgres/database";
import { POSTGRES_VERSIONS } from "../../support/postgres/servers";
import { useWarnings } from "../../support/warnings";

const PLACES = POSTGRES_VERSIONS.map((version): Place => ({ version, admin: version % 2 ? "superuser" : "neon" }));

describe.each(PLACES)("a partitioned table on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  useWarnings();
  let { role, app, parts, old, grants } = {} as Partitioned;

  beforeEach(async () => {
    ({ role, app, parts, old, grants } = await newPartitioned(db));
  });
  afterEach(async () => {
    await destroyGrants(db, { role, grants });
    await db.asAdmin(`drop schema ${app}, ${parts}, ${old} cascade; drop role ${role}`);
  });

  const leaves = () => [`${app}.events_near`, `${old}.events_old`, `${parts}.high`, `${parts}.low`];
  const onAll = (...tables: string[]) => [
    ...tables.map((table) => `SELECT on ${table}`),
    ...[...new Set(tables.map((table) => String(table.split(".")[0])))].map((schema) => `USAGE on ${schema}`),
  ];
  const covered = () => byAdmin(db, ...onAll(`${app}.events`, ...leaves()));

  test("brings its leaves of every level, in whatever schema, and nothing else there", async () => {
    await db.asAdmin(`insert into ${app}.events values (1, 1), (2, 11), (3, 21), (150, 22)`);
    const { outputs } = await grants.up({ role, tables: [`${app}.events`] });
    expect(await sortedRights(db, role)).toEqual(covered());
    expect(outputs).toMatchObject({ grantedTables: 5, uncovered: [] });
    expect(await loadAs(db, role, "*", leaves())).toHaveLength(4);
    expect(await grants.refresh()).toBe(false);
  });

  test("brings their listed columns and ctid, by which the load reads", async () => {
    const columns = ["at", "id"];
    const up = () => grants.up({ role, tables: [{ schema: app, name: "events", columns }] });
    await up();
    const on = (table: string) => ["at", "ctid", "id"].map((column) => `SELECT (${column}) on ${table}`);
    const usages = [app, parts, old].map((schema) => `USAGE on ${schema}`);
    expect(await sortedRights(db, role)).toEqual(byAdmin(db, ...[`${app}.events`, ...leaves()].flatMap(on), ...usages));
    await loadAs(db, role, "id, at", leaves());
    await expect(loadAs(db, role, "note", leaves())).rejects.toThrow("permission denied");
    expect(await grants.refresh()).toBe(false);

    await db.asAdmin(`revoke select (ctid) on ${parts}.low, ${parts}.high, ${app}.events from ${role}`);
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([
      `role "${role}" has no SELECT on ${app}.events (ctid)`,
      `role "${role}" has no SELECT on 2 partitions of ${app}.events: ${parts}.high (ctid), ${parts}.low (ctid)`,
    ]);
    await up();
    await loadAs(db, role, "id, at", leaves());
    expect(await grants.refresh()).toBe(false);
  });

  test("in a whole schema brings its leaves in other schemas", async () => {
    await grants.up({ role, schemas: [app] });
    const future = `future SELECT in ${app} for ${db.user}`;
    expect(await sortedRights(db, role)).toEqual([...covered(), future].sort());
    expect(await grants.refresh()).toBe(false);
    await db.asAdmin(`create table ${parts}.later partition of ${app}.events for values from (100) to (110)`);
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([`role "${role}" has no SELECT on 1 partition of ${app}.events: ${parts}.later`]);
    await grants.up({ role, schemas: [app] });
    expect(await grants.refresh()).toBe(false);
  });

  test("whose leaves came later shows them in one sentence, and the next update grants them", async () => {
    await grants.up({ role, tables: [`${app}.events`] });
    await db.asAdmin(`create schema ${app}_new`);
    for (let i = 0; i < 8; i++)
      await db.asAdmin(
        `create table ${app}_new.later_${i} partition of ${app}.events for values from (${100 + i}) to (${101 + i})`,
      );
    expect(await grants.refresh()).toBe(true);
    const names = [0, 1, 2, 3, 4].map((i) => `${app}_new.later_${i}`).join(", ");
    expect(grants.drift).toEqual([
      `role "${role}" has no SELECT on 8 partitions of ${app}.events: ${names} and 3 more, and no USAGE on schema ${app}_new`,
    ]);
    await grants.up({ role, tables: [`${app}.events`] });
    await loadAs(db, role, "*", [`${app}_new.later_7`]);
    expect(await grants.refresh()).toBe(false);
    await grants.destroy();
    expect(await sortedRights(db, role)).toEqual([]);
    await db.asAdmin(`drop schema ${app}_new cascade`);
  });

  test("that has lost leaves shows them in one sentence, and the next update revokes what they had", async () => {
    await grants.up({ role, tables: [`${app}.events`] });
    await db.asAdmin(`alter table ${app}.events detach partition ${old}.events_old`);
    await db.asAdmin(`alter table ${parts}.events_more detach partition ${parts}.high`);
    for (const _ of ["first", "again"]) {
      await grants.refresh();
      expect(grants.drift).toEqual([
        `role "${role}" still has SELECT on 2 former partitions of ${app}.events: ${old}.events_old, ${parts}.high`,
      ]);
    }
    await grants.up({ role, tables: [`${app}.events`] });
    expect(await sortedRights(db, role)).toEqual(
      byAdmin(db, ...onAll(`${app}.events`, `${app}.events_near`, `${parts}.low`)),
    );
    expect(await grants.refresh()).toBe(false);
  });

  test("gives back a detached leaf on destroy, without an update in between", async () => {
    await grants.up({ role, tables: [{ schema: app, name: "events", columns: ["id"] }] });
    await db.asAdmin(`alter table ${app}.events detach partition ${old}.events_old`);
    await db.asAdmin(`alter table ${app}.events rename to renamed`);
    await grants.destroy();
    expect(await sortedRights(db, role)).toEqual([]);
  });

  test("keeps no leaf when the program lists other tables", async () => {
    await grants.up({ role, tables: [`${app}.events`] });
    await grants.up({ role, tables: [`${parts}.unrelated`] });
    expect(await sortedRights(db, role)).toEqual(byAdmin(db, ...onAll(`${parts}.unrelated`)));
    await grants.up({ role, tables: [`${app}.events`, `${parts}.low`] });
    await grants.up({ role, tables: [`${parts}.low`] });
    expect(await sortedRights(db, role)).toEqual(byAdmin(db, ...onAll(`${parts}.low`)));
  });

  test("that is renamed with a column keeps its leaves when the program follows", async () => {
    const listed = (name: string, column: string) => [{ schema: app, name, columns: [column] }];
    await grants.up({ role, tables: listed("events", "note") });
    await db.asAdmin(`alter table ${app}.events rename column note to remark`);
    await db.asAdmin(`alter table ${app}.events rename to happenings`);
    const before = await sortedRights(db, role);
    await grants.refresh();
    await grants.up({ role, tables: listed("happenings", "remark") });
    expect(await sortedRights(db, role)).toEqual(before);
    expect(await grants.refresh()).toBe(false);
    await grants.destroy();
    expect(await sortedRights(db, role)).toEqual([]);
  });

  test("that is renamed with a column leaves nothing behind on destroy, though nothing was refreshed", async () => {
    await grants.up({ role, tables: [{ schema: app, name: "events", columns: ["id", "note"] }] });
    await db.asAdmin(`alter table ${app}.events rename column note to remark`);
    await db.asAdmin(`alter table ${app}.events rename to happenings; alter schema ${parts} rename to ${parts}_2`);
    await grants.destroy();
    expect(await sortedRights(db, role)).toEqual([]);
    await db.asAdmin(`alter schema ${parts}_2 rename to ${parts}`);
  });

  test("moves with its leaves to another role", async () => {
    await grants.up({ role, tables: [`${app}.events`] });
    await db.asAdmin(`create role ${role}_next`);
    await grants.up({ role: `${role}_next`, tables: [`${app}.events`] });
    expect(await sortedRights(db, role)).toEqual([]);
    expect(await sortedRights(db, `${role}_next`)).toEqual(covered());
    await grants.up({ role, tables: [`${app}.events`] });
    expect(await sortedRights(db, `${role}_next`)).toEqual([]);
    await db.asAdmin(`drop role ${role}_next`);
  });
});
