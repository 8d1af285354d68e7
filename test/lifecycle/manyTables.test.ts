import { beforeAll, describe, expect, test } from "vitest";
import { Managed } from "../support/managed";
import { type Place, useDatabase } from "../support/postgres/database";

/** With fewer tables, Postgres chooses other plans for its catalogs than with thousands. */
const COUNT = 3000;
/** The rows that a step of a plan returns or removes in all its loops, if it compares one half of the tables with the other half. */
const TOO_MANY = COUNT ** 2 / 4;

function rowsIn(plan: string): { step: string; rows: number }[] {
  let loops = 1;
  return plan.split("\n").map((line) => {
    const actual = /actual rows=([\d.]+) loops=(\d+)/.exec(line);
    const removed = /Rows Removed by (?:Join )?Filter: ([\d.]+)/.exec(line);
    if (actual) loops = Number(actual[2]);
    return { step: line.trim(), rows: Number(actual?.[1] ?? removed?.[1] ?? 0) * loops };
  });
}

/** Logs every plan with its actual rows. No statistics are collected, as for new tables. */
const EXPLAINED = {
  session_preload_libraries: "auto_explain",
  "auto_explain.log_min_duration": "0",
  "auto_explain.log_analyze": "on",
  "auto_explain.log_timing": "off",
  "auto_explain.log_parameter_max_length": "0",
  autovacuum: "off",
  max_locks_per_transaction: "512",
};

describe.each<Place>([
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
])(`${COUNT} tables, as a $admin of Postgres $version`, ({ version, admin }) => {
  const { "auto_explain.log_parameter_max_length": _, ...older } = EXPLAINED;
  const db = useDatabase(version, admin, version < 16 ? older : EXPLAINED);
  let tables: string[];

  beforeAll(async () => {
    await db.asAdmin("create schema app");
    await db.asAdmin("create table app.all_odd (id int primary key, note text) partition by list (id)");
    await db.asAdmin(`do $$ begin for i in 1..${COUNT} loop
      execute format('create table app.t%s %s', i, case i % 2
        when 0 then '(id int primary key, note text)' else 'partition of app.all_odd for values in (' || i || ')' end); end loop; end $$`);
    tables = Array.from({ length: COUNT }, (_unused, index) => `app.t${index + 1}`);
  });

  test.each(["listed", "in a schema"])(
    "%s: no statement of a whole life compares every table with every other",
    async (how) => {
      const before = (await db.log()).length;
      const user = new Managed("ClickPipesUser", "source", db.config);
      const grants = new Managed("ClickPipesGrants", "source", db.config);
      const publication = new Managed("Publication", "source", db.config);
      const readiness = new Managed("SourceReadiness", "source", db.config);
      const scope = (count: number) =>
        how === "listed" ? { tables: tables.slice(0, count) } : { schemas: ["app"], tables: [] };
      await user.up({ name: "reader" });
      for (const count of [COUNT - 1, COUNT]) {
        await grants.up({ role: "reader", ...scope(count), ...(count < COUNT && { objectOwners: [db.user] }) });
        if (version >= 15 || how === "listed")
          await publication.up({
            name: "pub",
            ...scope(count),
            ...(count < COUNT && { publish: ["insert", "update"] }),
          });
      }
      if (publication.state) {
        await readiness.up({
          ...{ role: "reader", password: user.outputs.password, publication: "pub", onFailure: "warn" },
          ...(how === "listed" && { tables }),
        });
        await readiness.refresh();
        expect(await publication.refresh()).toBe(false);
        await publication.destroy();
      }
      expect(await grants.refresh()).toBe(false);
      await grants.destroy();
      await user.destroy();

      const log = (await db.log()).slice(before);
      // Otherwise no plans were checked.
      expect(log.split(" plan:").length).toBeGreaterThan(50);
      expect(rowsIn(log).filter(({ rows }) => rows >= TOO_MANY)).toEqual([]);
    },
  );
});
