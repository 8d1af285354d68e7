import { beforeAll, describe, expect, test } from "vitest";
import { type Place, useDatabase } from "../support/database";
import { Managed } from "../support/managed";

const COUNT = 1000;
/** Comparing each table with each would be a million. */
const TOO_MANY = /(?:Rows Removed by (?:Join )?Filter: |rows=)(\d{6,})/;

/** Every plan goes to the log with what it really did. No statistics are collected, as where the tables are new. */
const EXPLAINED = {
  session_preload_libraries: "auto_explain",
  "auto_explain.log_min_duration": "0",
  "auto_explain.log_analyze": "on",
  "auto_explain.log_timing": "off",
  "auto_explain.log_parameter_max_length": "0",
  autovacuum: "off",
  max_locks_per_transaction: "256",
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
    await db.asAdmin(`do $$ begin for i in 1..${COUNT} loop
      execute format('create table app.t%s (id int primary key, note text)', i); end loop; end $$`);
    tables = Array.from({ length: COUNT }, (_unused, index) => `app.t${index + 1}`);
  });

  test.each(["listed", "in a schema"])(
    "%s: no statement of a whole life compares each table with each",
    async (how) => {
      const before = (await db.log()).length;
      const user = new Managed("ClickPipesUser", how, db.config);
      const grants = new Managed("ClickPipesGrants", how, db.config);
      const publication = new Managed("Publication", how, db.config);
      const readiness = new Managed("SourceReadiness", how, db.config);
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
        });
        await readiness.refresh();
        expect(await publication.refresh()).toBe(false);
        await publication.destroy();
      }
      expect(await grants.refresh()).toBe(false);
      await grants.destroy();
      await user.destroy();

      const lines = (await db.log()).slice(before).split("\n");
      // Else nothing was looked at.
      expect(lines.filter((line) => line.includes(" plan:")).length).toBeGreaterThan(50);
      expect(lines.filter((line) => TOO_MANY.test(line)).map((line) => line.trim())).toEqual([]);
    },
  );
});
