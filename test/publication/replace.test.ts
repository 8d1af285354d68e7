import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import type { Managed } from "../support/managed";
import { type Admin, useDatabase } from "../support/postgres/database";
import { POSTGRES_VERSIONS } from "../support/postgres/servers";
import { makeSchema, makeTables, managed, publicationOf, WITH_KEY } from "../support/publication/publications";
import { dropSlots, makeSlot } from "../support/publication/reader";
import { useWarnings } from "../support/warnings";

const PLACES = POSTGRES_VERSIONS.flatMap((version) =>
  (["superuser", "neon"] as Admin[]).map((admin) => ({ version, admin })),
);
const HOW_TO =
  /A running ClickPipe .*\nIt would fail or lose changes.*\nTo .*: stop the pipe, set `allowReplace: true`.*resync the pipe\./;
/** Nothing listens there, as in a preview from a machine that cannot reach the database. */
const NOWHERE = { "clickpipes:connectionUri": "postgres://anyone:secret@127.0.0.1:1/postgres?sslmode=disable" };

describe.each(PLACES)("A publication on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let tables: string[];
  let name: string;
  let pub: Managed;

  beforeEach(async () => {
    [name, pub] = [fresh(), managed(db)];
    tables = await makeTables(db, WITH_KEY);
  });
  afterEach(() => dropSlots(db));

  const oidNow = async () => (await publicationOf(db, name))?.oid;

  test.each(["all tables", "a list", "another name"])(
    "changes to %s only with allowReplace, and the preview says so",
    async (kind) => {
      const list = { name, tables };
      const all = { name, allTables: true, allowUnsafeTables: true };
      const [from, to] =
        kind === "a list" ? [all, list] : [list, kind === "all tables" ? all : { ...list, name: `${name}_2` }];
      await pub.up(from);
      const { oid } = pub.outputs;
      await expect(pub.check(to)).rejects.toThrow(HOW_TO);
      const afar = managed({ ...db, config: NOWHERE });
      afar.state = pub.state;
      await expect(afar.check(to)).rejects.toThrow(HOW_TO);
      expect(await oidNow()).toBe(oid);

      said.splice(0);
      expect((await pub.up({ ...to, allowReplace: true })).kind).toBe("update");
      const what = kind === "another name" ? "renamed" : "dropped and recreated";
      expect(said.join()).toContain(
        `publication "${to.name}" will be ${what}.\nAfterwards, resync every ClickPipe that reads it.`,
      );
      expect(said.join()).toContain("is replaced or renamed.\nResync every ClickPipe that reads it.");
      const now = await publicationOf(db, to.name);
      expect(pub.outputs.oid).toBe(now?.oid);
      expect(now?.oid === oid).toBe(kind === "another name");
      expect(await pub.refresh()).toBe(false);
      await pub.destroy();
    },
  );

  if (version >= 15 && admin !== "superuser")
    test("gets a schema only with allowReplace, as the preview says, or up if the preview cannot look", async () => {
      const schema = await makeSchema(db, "t");
      await pub.up({ name, tables });
      const to = { name, schemas: [schema] };
      await expect(pub.check(to)).rejects.toThrow(
        /only a superuser can add schemas to publication ".*" in place: .*\.\nA running ClickPipe/,
      );
      const { oid } = pub.outputs;
      expect((await pub.up({ ...to, allowReplace: true })).kind).toBe("update");
      expect(pub.outputs.oid).not.toBe(oid);
      expect(pub.outputs.publishedTables).toEqual([{ schema, name: "t" }]);
      await pub.destroy();
    });

  test("keeps owner, comment and parameters through a replacement", async () => {
    await pub.up({ name, tables, comment: "ours", publish: ["insert"], publishViaPartitionRoot: false });
    await pub.up({
      name,
      allTables: true,
      allowReplace: true,
      comment: "ours",
      publish: ["insert"],
      publishViaPartitionRoot: false,
    });
    expect(await publicationOf(db, name)).toMatchObject({
      all: true,
      publish: "insert",
      viaRoot: false,
      owner: db.user,
    });
    expect((await publicationOf(db, name))?.comment).toMatch(/^ours\npulumi-neon-clickpipes: /);
    await pub.destroy();
  });

  test("cannot be renamed to the name of another publication", async () => {
    const other = fresh();
    await db.asAdmin(`create publication ${other}`);
    await pub.up({ name, tables });
    await expect(pub.up({ name: other, tables, allowReplace: true })).rejects.toThrow(
      `"${name}" cannot be renamed to "${other}".\nAnother publication already has that name.`,
    );
    await pub.destroy();
  });

  test("dropped and recreated by another user under its name is reported, and fixed by up", async () => {
    await pub.up({ name, tables });
    const { oid } = pub.outputs;
    await db.asAdmin(`drop publication ${name}; create publication ${name}`);
    expect(await pub.refresh()).toBe(true);
    const sentence = `publication "${name}" was dropped and recreated outside this resource (OID ${oid}, now ${await oidNow()})`;
    expect(pub.drift).toContainEqual(`${sentence}; resync the pipe`);
    await pub.up({ name, tables });
    expect(said.join()).toContain(
      `${sentence}.\nChanges made in the meantime never reached ClickHouse.\nResync the pipe.`,
    );
    expect(said.join()).toContain(`had lost table ${tables[0]}`);
    expect(await pub.refresh()).toBe(false);
    expect(pub.outputs.oid).toBe(await oidNow());
    await pub.destroy();
    expect(await oidNow()).toBeUndefined();
  });

  test("dropped by hand is gone at a refresh, unless there is a slot: then up recreates it and warns", async () => {
    await pub.up({ name, tables });
    await db.asAdmin(`drop publication ${name}`);
    await makeSlot(db, "left");
    expect(await pub.refresh()).toBe(true);
    expect(pub.drift).toEqual([
      `publication "${name}" is gone, and these slots still exist: left; resync the pipe once the publication is recreated`,
    ]);
    await pub.up({ name, tables });
    expect(said.join()).toContain(
      `publication "${name}" was gone and is recreated.\nChanges made in the meantime never reached`,
    );
    expect(await pub.refresh()).toBe(false);
    await dropSlots(db);
    await db.asAdmin(`drop publication ${name}`);
    await pub.refresh();
    expect(pub.state).toBeUndefined();
    expect((await pub.up({ name, tables })).kind).toBe("create");
    await db.asAdmin(`drop publication ${name}`);
    await pub.destroy();
  });

  test("of all tables warns once why that is not recommended", async () => {
    await pub.up({ name, allTables: true, allowUnsafeTables: true });
    await pub.up({ name, allTables: true, allowUnsafeTables: true });
    await pub.refresh();
    const why = "publishes all tables: UPDATE and DELETE will fail on each table that is created without a primary key";
    expect(said.filter((line) => line.includes(why))).toHaveLength(1);
    await pub.destroy();
  });
});
