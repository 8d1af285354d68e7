import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Interruptions, type Story } from "../support/interruption";
import type { Managed } from "../support/managed";
import { membersOf, publicationOf } from "../support/publication/publications";
import { recordWarnings } from "../support/warnings";

describe("A publication whose run is cut off or killed at any statement, as a superuser", () => {
  let scene: Interruptions;
  let count = 0;

  beforeAll(async () => {
    recordWarnings();
    scene = await Interruptions.start(18, "superuser");
    await scene.db.query("create schema s; create schema r");
    await scene.db.query("create table s.a (id int primary key, n int); create table s.b (id int primary key, n int)");
    await scene.db.query("create table r.c (id int primary key, n int)");
  });
  afterAll(() => scene?.stop());

  type Desired = (name: string) => Record<string, unknown>;

  function aPublication(from: Desired | undefined, to: Desired | "nothing", found = false): Story & { name: string } {
    const { db } = scene;
    const name = `p_${++count}`;
    const lives = scene.lives("Publication", name);
    return {
      ...lives,
      name,
      async before() {
        if (found) await db.query(`create publication ${name} for table s.a with (publish = 'insert, update')`);
        if (from) await lives.lasting.up(from(name));
      },
      work: (resource) => (to === "nothing" ? resource.destroy() : resource.up(to(name))),
      async after() {
        const { oid: _oid, ...row } = (await publicationOf(db, name)) ?? { oid: 0 };
        const { token = "none" } = lives.lasting.state?.outputs ?? {};
        const schemas =
          "select n.nspname from pg_publication_namespace s join pg_namespace n on n.oid = pnnspid join pg_publication p on p.oid = pnpubid where pubname = $1";
        const text = JSON.stringify([row, await membersOf(db, name), await db.query(schemas, [name])]);
        return {
          clean: lives.lasting.state && !(await lives.lasting.refresh()),
          publication: text.replaceAll(name, "NAME").replaceAll(String(token), "TOKEN"),
        };
      },
      async end() {
        await lives.lasting.destroy();
        if (found) await db.query(`drop publication ${name}`);
        expect(await publicationOf(db, name)).toBeUndefined();
      },
    };
  }

  /** The killed run creates `from`. The one after it goes on with `to`, and ends where a create and then an update would. */
  function goesOnAs(from: Desired, to: Desired, found = false): Story {
    const story = aPublication(undefined, to, found);
    const toOther = (resource: Managed) => resource.up(to(story.name));
    return {
      ...story,
      work: (resource) => (resource === story.doomed ? resource.up(from(story.name)) : toOther(resource)),
      async after() {
        await toOther(story.lasting);
        return story.after();
      },
    };
  }

  const A = { schema: "s", name: "a" };
  const list: Desired = (name) => ({ name, tables: [{ ...A, where: "id > 0" }, "s.b"], comment: "one" });
  const schema: Desired = (name) => ({ name, schemas: ["s"], tables: ["r.c"] });

  test("is created the same", () => scene.everywhere(() => aPublication(undefined, list)));

  describe("is created and then goes on with", () => {
    const others: [string, Desired][] = [
      [
        "other tables, another filter, other columns, parameters and another comment",
        (name) => ({
          ...{ name, tables: [{ ...A, where: "id > 1", columns: ["id"] }, "r.c"], comment: "two" },
          ...{ publish: ["insert"], publishViaPartitionRoot: false },
        }),
      ],
      ["its own schema", (name) => ({ ...schema(name), comment: "two" })],
      ["all tables", (name) => ({ name, allTables: true, comment: "", allowReplace: true, allowUnsafeTables: true })],
    ];
    test.each(others)("%s, as an update would", (_title, to) => scene.everywhere(() => goesOnAs(list, to)));
  });

  test("is adopted and then goes on, as adopted, with other arguments", () =>
    scene.everywhere(() =>
      goesOnAs(
        (name) => ({ name, tables: ["s.a"], adopt: true, comment: "one" }),
        (name) => ({ name, tables: ["s.a", "r.c"], adopt: true, comment: "two" }),
        true,
      ),
    ));

  test("is changed the same, in place", () =>
    scene.everywhere(() =>
      aPublication(list, (name) => ({
        name,
        tables: [{ ...A, where: "id > 1", columns: ["id"] }, "r.c"],
        publish: ["insert"],
      })),
    ));

  test("moves from a list to its schema the same", () => scene.everywhere(() => aPublication(list, schema)));

  test("and back", () => scene.everywhere(() => aPublication(schema, list)));

  test("is replaced the same with allowReplace", () =>
    scene.everywhere(() =>
      aPublication(list, (name) => ({
        name,
        allTables: true,
        comment: "all",
        allowReplace: true,
        allowUnsafeTables: true,
      })),
    ));

  test("is adopted and restored the same", async () => {
    const adopted: Desired = (name) => ({ name, tables: ["s.a"], comment: "ours", adopt: true });
    await scene.everywhere(() => aPublication(undefined, adopted, true));
    await scene.everywhere(() => aPublication(adopted, "nothing", true));
  });

  test("is dropped", () => scene.everywhere(() => aPublication(list, "nothing")));
});
