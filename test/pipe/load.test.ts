import type { Session } from "chdb";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ReadinessCheck } from "../../provider/readiness/check";
import { Scene } from "../support/loader/scene";
import { openClickHouse } from "../support/loader/target";
import { type Place, useDatabase } from "../support/postgres/database";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];
const EVENTS = `
create table app.events (id bigint, at date not null, note text, primary key (id, at)) partition by range (at);
create table app.events_2026 partition of app.events for values from ('2026-01-01') to ('2027-01-01');
create schema app_parts;
create table app_parts.events_2027 partition of app.events for values from ('2027-01-01') to ('2028-01-01') partition by range (id);
create table app_parts.low partition of app_parts.events_2027 for values from (0) to (1000);
insert into app.events select i, '2026-01-01'::date + i, 'n' || i from generate_series(0, 700) i`;
const MORE_EVENTS = `
insert into app.events select i, '2026-01-01'::date + i % 700, 'late' from generate_series(800, 850) i;
update app.events set note = null where id % 9 = 0;
delete from app.events where id % 10 = 0`;
const CITIES = `
create table app.city (id int primary key, name text);
create table app.capital (primary key (id)) inherits (app.city);
insert into app.city values (1, 'a'), (2, 'b');
insert into app.capital values (3, 'c'), (4, 'd')`;
const MORE_CITIES = `
insert into app.capital values (5, 'e');
update app.capital set name = 'changed' where id = 3;
delete from app.capital where id = 4;
insert into app.city values (6, 'f')`;

describe.each(PLACES)("a pipe on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  const scenes: Scene[] = [];
  let clickHouse: Session;

  beforeAll(() => {
    clickHouse = openClickHouse();
  });
  afterEach(async () => {
    for (const scene of scenes.splice(0)) await scene.end();
  });
  afterAll(() => clickHouse.cleanup());

  async function begin(sql: string): Promise<Scene> {
    const scene = await Scene.begin(db, clickHouse, sql);
    scenes.push(scene);
    return scene;
  }

  const superuser = () => db.uriOf("cloud_admin", "stand-in superuser");
  const warnings = () => said.filter((line) => line.includes("warning:")).join("\n");
  const lines = (report: ReadinessCheck[]) =>
    report.map(({ check, status, detail, fix }) => `${check} ${status}: ${detail} ${fix}`).join("\n");

  describe("loads and follows", () => {
    test("a partitioned table with leaves of two levels in two schemas (L3, P1)", async () => {
      const scene = await begin(EVENTS);
      await scene.up([scene.table("events")]);
      expect(await scene.report([scene.mapped("events")])).toEqual([]);
      const pipe = await scene.start([scene.mapped("events")]);
      expect(await pipe.differences(superuser())).toEqual({ events: 0 });
      await scene.run(MORE_EVENTS);
      expect((await pipe.differences(superuser())).events).toBeGreaterThan(100);
      await pipe.catchUp();
      expect(await pipe.differences(superuser())).toEqual({ events: 0 });
    });

    test("listed columns of it, in ranges of ctid (P2)", async () => {
      const scene = await begin(EVENTS);
      const columns = ["at", "id"];
      const table = { ...scene.mapped("events"), columns };
      await scene.up([table], [scene.table("events")]);
      const mapped = [scene.mapped("events", ["note"])];
      expect(await scene.report(mapped)).toEqual([]);
      const pipe = await scene.start(mapped);
      await scene.run(MORE_EVENTS);
      await pipe.catchUp();
      expect(await pipe.differences(superuser())).toEqual({ events: 0 });
    });

    test("a parent by inheritance whose child is granted and published, and not mapped (L5, P4)", async () => {
      const scene = await begin(CITIES);
      await scene.up([scene.table("city"), scene.table("capital")]);
      const pipe = await scene.start([scene.mapped("city")]);
      await scene.run(MORE_CITIES);
      await pipe.catchUp();
      expect(await pipe.differences(superuser())).toEqual({ city: 0 });
    });

    test("a table that was renamed meanwhile, and the program follows (L2)", async () => {
      const scene = await begin("create table app.f (id int primary key, n int); insert into app.f values (1, 1)");
      const published = (name: string) => [
        version < 15 ? scene.table(name) : { ...scene.mapped(name), where: "(id > 0)" },
      ];
      await scene.up([scene.table("f")], published("f"));
      const pipe = await scene.start([scene.mapped("f")]);
      await scene.run("alter table app.f rename to g; insert into app.g values (2, 2)");
      await scene.publication.refresh();
      await scene.grants.refresh();
      said.length = 0;
      await scene.up([scene.table("g")], published("g"));
      await scene.run("insert into app.g values (3, 3)");
      await pipe.catchUp();
      expect(await pipe.differences(superuser())).toEqual({ f: 0 });
      expect.soft(warnings()).toBe("");
    });
  });

  describe("is named as broken before it is missing anything:", () => {
    test("a table that another one replaced under its name (L1)", async () => {
      const scene = await begin("create table app.f (id int primary key); insert into app.f values (1)");
      await scene.up([scene.table("f")]);
      const pipe = await scene.start([scene.mapped("f")]);
      await scene.run("create table app.f_new (like app.f including all); insert into app.f_new select * from app.f");
      await scene.run("alter table app.f rename to f_old; alter table app.f_new rename to f");
      await scene.publication.refresh();
      await scene.grants.refresh();
      expect.soft(scene.publication.drift.join("\n")).toContain(scene.table("f"));
      said.length = 0;
      await scene.up([scene.table("f")]);
      expect.soft(warnings()).toMatch(new RegExp(`${scene.table("f")}[\\s\\S]*[Rr]esync`));
      await scene.run("insert into app.f values (2)");
      await pipe.catchUp();
      // The table that the pipe knows gets nothing any more. A resync, as the warning says, loads the other one.
      const again = await scene.start([scene.mapped("f")]);
      expect(await again.differences(superuser())).toEqual({ f: 0 });
    });

    test("a leaf with a dot in its name (L4)", async () => {
      const scene = await begin(
        `${EVENTS}; create table app."ev.2028" partition of app.events for values from ('2028-01-01') to ('2029-01-01')`,
      );
      await scene.up([scene.table("events")]);
      const report = await scene.report([scene.mapped("events")]);
      expect.soft(lines(report)).toMatch(/^tableNames blocked: .*ev\.2028/m);
      await expect(scene.start([scene.mapped("events")])).rejects.toThrow("invalid table identifier");
    });

    test("a parent by inheritance alone (L5, P1)", async () => {
      const scene = await begin(CITIES);
      await scene.up([scene.table("city")]);
      expect.soft(warnings()).toContain(`"${scene.role}" cannot read ${scene.table("capital")}, which inherits from`);
      const report = await scene.report([scene.mapped("city")]);
      expect.soft(lines(report)).toMatch(new RegExp(`blocked: .*${scene.table("capital")}`));
      await expect(scene.start([scene.mapped("city")])).rejects.toThrow("permission denied for table capital");
    });

    test("a parent by inheritance whose child is granted and not published (L5, P4)", async () => {
      const scene = await begin(CITIES);
      await scene.up([scene.table("city"), scene.table("capital")], [scene.table("city")]);
      expect.soft(warnings()).toContain(scene.table("capital"));
      const report = await scene.report([scene.mapped("city")]);
      expect.soft(lines(report)).toContain(scene.table("capital"));
      const pipe = await scene.start([scene.mapped("city")]);
      await scene.run(MORE_CITIES);
      await pipe.catchUp();
      expect(await pipe.differences(superuser())).toEqual({ city: 4 });
    });

    test("a parent and its child that are both mapped (P4)", async () => {
      const scene = await begin(CITIES);
      await scene.up([scene.table("city"), scene.table("capital")]);
      const both = [scene.mapped("city"), scene.mapped("capital")];
      expect.soft(lines(await scene.report(both))).toContain(scene.table("capital"));
      const pipe = await scene.start(both);
      await scene.run(MORE_CITIES);
      await pipe.catchUp();
      expect(await pipe.differences(superuser())).toEqual({ city: 0, capital: 4 });
    });

    test("grandchildren by inheritance, whose changes arrive under no mapped name (P4)", async () => {
      const scene = await begin(`${CITIES}; create table app.seat (primary key (id)) inherits (app.capital)`);
      await scene.up(["city", "capital", "seat"].map((name) => scene.table(name)));
      expect.soft(lines(await scene.report([scene.mapped("city")]))).toContain(scene.table("seat"));
      const pipe = await scene.start([scene.mapped("city")]);
      await scene.run("insert into app.seat values (9, 'i')");
      await pipe.catchUp();
      expect(await pipe.differences(superuser())).toEqual({ city: 1 });
    });

    test("SELECT on a partitioned table alone, with a fix that makes it load (P1)", async () => {
      const scene = await begin(EVENTS);
      await scene.publication.up({ name: scene.role, tables: [scene.table("events")] });
      await scene.run("grant usage on schema app to reader; grant select on app.events to reader");
      const report = await scene.report([scene.mapped("events")]);
      expect.soft(lines(report)).toMatch(/blocked/);
      await expect(scene.start([scene.mapped("events")])).rejects.toThrow("permission denied");
      for (const { fix } of report) await db.query(fix);
      const pipe = await scene.start([scene.mapped("events")]);
      expect(await pipe.differences(superuser())).toEqual({ events: 0 });
      await db.query(`drop owned by ${scene.role}`);
    });

    test("SELECT on columns without ctid, with a fix that makes it load (P2)", async () => {
      const scene = await begin(
        "create table app.t (id int primary key, n int, secret text); insert into app.t values (1, 1, 's')",
      );
      await scene.publication.up({ name: scene.role, tables: [scene.table("t")] });
      await scene.run("grant usage on schema app to reader; grant select (id, n) on app.t to reader");
      const mapped = [scene.mapped("t", ["secret"])];
      const report = await scene.report(mapped);
      expect.soft(lines(report)).toMatch(/blocked: .*ctid/);
      await expect(scene.start(mapped)).rejects.toThrow("permission denied for table t");
      for (const { fix } of report) await db.query(fix);
      const pipe = await scene.start(mapped);
      expect(await pipe.differences(superuser())).toEqual({ t: 0 });
      await db.query(`drop owned by ${scene.role}`);
    });

    test("a key whose columns are all excluded (P3)", async () => {
      const scene = await begin("create table app.t (id int primary key, n int)");
      await scene.up([scene.table("t")]);
      const mapped = [scene.mapped("t", ["id"])];
      expect.soft(lines(await scene.report(mapped))).toMatch(/blocked: .*\bid\b/);
      await expect(scene.start(mapped)).rejects.toThrow("cannot determine ORDER BY key");
    });

    test("a key of which one column is excluded (P3)", async () => {
      const scene = await begin(
        "create table app.t (a int, b int, primary key (a, b)); insert into app.t values (1, 1), (1, 2)",
      );
      await scene.up([scene.table("t")]);
      const mapped = [scene.mapped("t", ["b"])];
      expect.soft(lines(await scene.report(mapped))).toMatch(/\bb\b/);
      const pipe = await scene.start(mapped);
      expect(await pipe.differences(superuser())).toEqual({ t: 1 });
    });

    test("row-level security on a leaf, with a fix that makes it load (P5)", async () => {
      const scene = await begin(`${EVENTS}; alter table app.events_2026 enable row level security`);
      await scene.up([scene.table("events")]);
      expect.soft(warnings()).toContain(`table ${scene.table("events_2026")} is not covered.`);
      const report = await scene.report([scene.mapped("events")]);
      expect.soft(lines(report)).toContain(scene.table("events_2026"));
      const blind = await scene.start([scene.mapped("events")]);
      expect((await blind.differences(superuser())).events).toBe(365);
      for (const { fix } of report) await db.query(fix);
      const pipe = await scene.start([scene.mapped("events")]);
      expect(await pipe.differences(superuser())).toEqual({ events: 0 });
      await db.query(`drop policy "${scene.role} reads all" on ${scene.table("events_2026")}`);
    });
  });
});
