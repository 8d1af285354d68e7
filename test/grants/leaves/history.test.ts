import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  byAdmin,
  dropPartitioned,
  newPartitioned,
  type Partitioned,
  sortedRights,
} from "../../support/grants/partitioned";
import { Managed } from "../../support/managed";
import { type Place, useDatabase } from "../../support/postgres/database";
import { useWarnings } from "../../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)("whose the rights on leaves are, on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  useWarnings();
  let { role, app, parts, old, grants } = {} as Partitioned;

  beforeEach(async () => {
    ({ role, app, parts, old, grants } = await newPartitioned(db));
  });
  afterEach(() => dropPartitioned(db, { role, app, parts, old, grants }));

  const up = (...tables: string[]) => grants.up({ role, tables });
  const add = (name: string, from: number) =>
    db.asAdmin(`create table ${name} partition of ${app}.events for values from (${from}) to (${from + 1})`);

  test("the role keeps what it held on leaves, and on schemas of leaves, before", async () => {
    await db.asAdmin(`grant usage on schema ${parts} to ${role}; grant select on ${parts}.low to ${role}`);
    await db.asAdmin(`grant select (id) on ${parts}.high to ${role}`);
    const before = await sortedRights(db, role);
    await up(`${app}.events`);
    await grants.destroy();
    expect(await sortedRights(db, role)).toEqual(before);
  });

  test("the role keeps what it has on a later leaf by default privileges that are not from these grants", async () => {
    await up(`${app}.events`);
    await db.asAdmin(`alter default privileges in schema ${parts} grant select on tables to ${role}`);
    await add(`${parts}.later`, 100);
    expect(await grants.refresh()).toBe(false);
    await grants.up({ role, tables: [`${app}.events`, `${parts}.unrelated`] });
    await grants.destroy();
    const future = `future SELECT in ${parts} for ${db.user}`;
    expect(await sortedRights(db, role)).toEqual([...byAdmin(db, `SELECT on ${parts}.later`), future].sort());
    await db.asAdmin(`alter default privileges in schema ${parts} revoke select on tables from ${role}`);
  });

  test("a later leaf that a killed update granted is revoked on destroy", async () => {
    await up(`${app}.events`);
    const { state } = grants;
    await add(`${old}.later`, 100);
    await grants.refresh();
    await up(`${app}.events`);
    // As if the answer to its COMMIT had been lost.
    grants.state = state;
    await grants.destroy();
    expect(await sortedRights(db, role)).toEqual([]);
  });

  test("a create that was killed is resumed with its leaves", async () => {
    await up(`${app}.events`);
    grants.state = undefined;
    await up(`${parts}.unrelated`);
    expect(await sortedRights(db, role)).toEqual(byAdmin(db, `SELECT on ${parts}.unrelated`, `USAGE on ${parts}`));
  });

  test("grants of an earlier version show leaves and ctid as drift, and one update adds them", async () => {
    await up(`${app}.events`);
    const all = await sortedRights(db, role);
    // As the earlier version left it.
    await db.asAdmin(
      `revoke select on ${app}.events_near, ${old}.events_old, ${parts}.low, ${parts}.high from ${role}`,
    );
    await db.asAdmin(`revoke usage on schema ${old}, ${parts} from ${role}`);
    const outputs = grants.state?.outputs ?? {};
    const objects = JSON.parse(String(outputs.objects)) as string[][];
    outputs.objects = JSON.stringify(objects.filter(([kind]) => kind !== "leaves"));
    const [row] = await db.query<{ comment: string }>("select shobj_description($1::regrole, 'pg_authid') as comment", [
      role,
    ]);
    const comment = String(row?.comment).replace(/,"leaves":"[^"]*"/, "");
    await db.query(`comment on role ${role} is '${comment.replaceAll("'", "''")}'`);
    expect(comment).not.toContain("leaves");

    expect((await up(`${app}.events`)).kind).toBe("same");
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([
      `role "${role}" has no SELECT on 4 partitions of ${app}.events: ${app}.events_near, ${old}.events_old, ${parts}.high, ${parts}.low, and no USAGE on schema ${old}, schema ${parts}`,
    ]);
    await up(`${app}.events`);
    expect(await sortedRights(db, role)).toEqual(all);
    expect(await grants.refresh()).toBe(false);
  });

  test("a leaf that other grants list through its root outlives grants that list it by name", async () => {
    const others = new Managed("ClickPipesGrants", "others", db.config);
    await others.up({ role, tables: [`${app}.events`] });
    const all = await sortedRights(db, role);
    await up(`${parts}.low`);
    await grants.destroy();
    expect(await sortedRights(db, role)).toEqual(all);
    await up(`${parts}.low`);
    await others.destroy();
    expect(await sortedRights(db, role)).toEqual(byAdmin(db, `SELECT on ${parts}.low`, `USAGE on ${parts}`));
  });
});
