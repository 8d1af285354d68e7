import type { Session } from "chdb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareSnapshots, readFacts } from "../../scripts/demo/snapshot";
import { APPLICATIONS, type Application } from "../support/loader/applications";
import { Scene } from "../support/loader/scene";
import type { Mapped } from "../support/loader/source";
import { openClickHouse } from "../support/loader/target";
import { type Place, useDatabase } from "../support/postgres/database";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 17, admin: "neon" },
];

describe.each(PLACES)("an application on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let clickHouse: Session;

  beforeAll(() => {
    clickHouse = openClickHouse();
  });
  afterAll(() => clickHouse.cleanup());

  test.each(APPLICATIONS)(
    "$name: no false diff, no false alarm, every row, and nothing left behind",
    async (application) => {
      const before = await readFacts(db.uri);
      const scene = await Scene.begin(db, clickHouse, application.sql);
      const tables = mappedTables(scene, application);
      said.length = 0;
      await scene.up(tables.map(({ schema, name }) => ({ schema, name })));
      expect(said.filter((line) => line.includes("warning:"))).toEqual([]);
      const report = await scene.report(tables);
      expect(report.map(({ check, detail }) => `${check}: ${detail}`)).toEqual([]);
      const parts = [scene.user, scene.grants, scene.publication, scene.readiness];
      const isUnchanged = async () => {
        for (const part of parts) expect([part.kind, await part.refresh(), part.drift]).toEqual([part.kind, false, []]);
      };
      await isUnchanged();
      const pipe = await scene.start(tables);
      await scene.run(application.changes);
      await pipe.catchUp();
      const none = Object.fromEntries(tables.map(({ name }) => [name, 0]));
      expect(await pipe.differences(db.uriOf("cloud_admin", "stand-in superuser"))).toEqual(none);
      await isUnchanged();
      await scene.end();
      expect(compareSnapshots(before, await readFacts(db.uri))).toEqual([]);
    },
  );
});

function mappedTables(scene: Scene, { tables }: Application): Mapped[] {
  return Object.entries(tables).map(([name, excluded]) => {
    const [schema, table] = name.includes(".") ? name.split(".") : ["app", name];
    return {
      ...{ schema: scene.named(String(schema)), name: String(table) },
      ...(excluded.length > 0 && { excludedColumns: excluded }),
    };
  });
}
