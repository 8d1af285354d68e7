import { beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { inNewProcess } from "../support/newProcess";
import { useDatabase } from "../support/postgres/database";
import { makeTables, managed, membersOf, publicationOf, WITH_KEY } from "../support/publication/publications";
import { dropSlots, makeSlot } from "../support/publication/reader";
import { useWarnings } from "../support/warnings";

describe.each([14, 18] as const)("Whose a publication is, on Postgres %i", (version) => {
  const db = useDatabase(version);
  const said = useWarnings();
  let name: string;
  let one: string;
  let two: string;
  let resource: string;

  beforeEach(async () => {
    [name, resource] = [fresh(), fresh("resource")];
    [one = "", two = ""] = await makeTables(db, WITH_KEY, WITH_KEY);
  });

  const commentOf = async () => (await publicationOf(db, name))?.comment;
  const setComment = (text: string) => db.query(`comment on publication ${name} is '${text}'`);
  /** A marker of the resource as an earlier version wrote it. */
  const earlier = () =>
    `pulumi-neon-clickpipes: {"owner":{"mark":"organization/app/dev/Publication/${resource}","token":"abc"}}`;
  const again = () => managed(db, {}, resource);

  describe("whose marker is gone", () => {
    test("delete refuses to drop it, and the way that the message names drops it", async () => {
      const pub = managed(db);
      await pub.up({ name, tables: [one] });
      await setComment("our pipe");
      await expect(pub.destroy()).rejects.toThrow(
        `publication "${name}" has lost this resource's marker: its comment was replaced.\nNothing was dropped.`,
      );
      expect(await publicationOf(db, name)).toBeDefined();
      expect(await pub.refresh()).toBe(true);
      expect(pub.drift).toEqual([`publication "${name}" does not carry this resource's marker in its comment`]);
      await pub.up({ name, tables: [one] });
      expect(await commentOf()).toMatch(/^our pipe\npulumi-neon-clickpipes: /);
      await pub.destroy();
      expect(await publicationOf(db, name)).toBeUndefined();
    });

    test("delete gives it back if it was adopted", async () => {
      await db.query(`create publication ${name} for table ${one}`);
      const pub = managed(db);
      await pub.up({ name, tables: [one, two], adopt: true });
      await setComment("our pipe");
      await pub.destroy();
      expect(await membersOf(db, name)).toEqual([one]);
      expect(await commentOf()).toBe("our pipe");
    });

    test("delete drops no adopted one, even if deleteAdopted is in the state", async () => {
      await db.query(`create publication ${name} for table ${one}`);
      const pub = managed(db);
      await pub.up({ name, tables: [one], adopt: true, deleteAdopted: true });
      await setComment("our pipe");
      await expect(pub.destroy()).rejects.toThrow("Nothing was dropped.");
    });
  });

  describe("after an older state was restored", () => {
    /** The state of the first create, and a publication that carries the marker of a second one. */
    async function restored(): Promise<Managed> {
      const old = again();
      await old.up({ name, tables: [one] });
      await again().up({ name, tables: [one] });
      said.splice(0);
      return old;
    }

    test("refresh shows the difference, up takes it back, and destroy drops it", async () => {
      const pub = await restored();
      expect(await pub.refresh()).toBe(true);
      expect(pub.drift).toEqual([`publication "${name}" carries the marker of another create of this resource`]);
      await pub.up({ name, tables: [one] });
      expect(said.join("\n")).toContain(
        `publication "${name}" carried the marker of another create of this resource.\nThis update took it over`,
      );
      expect(await pub.refresh()).toBe(false);
      await pub.destroy();
      expect(await publicationOf(db, name)).toBeUndefined();
    });

    test("destroy leaves it in place, and says how to drop it", async () => {
      const pub = await restored();
      await pub.destroy();
      expect(said.join("\n")).toContain(
        [
          `publication "${name}" belongs to a later create of this resource, so delete left it unchanged.`,
          "If no later create is in this stack, as after an older state was restored, run `pulumi up`, which takes it over.",
        ].join("\n"),
      );
      expect(await publicationOf(db, name)).toBeDefined();
    });
  });

  describe("of two resources of one program that differ only in their parents", () => {
    const ORDERS = { path: "acme:index:Orders", namesakes: true };
    const BILLING = { path: "acme:index:Billing", namesakes: true };

    test("each works with a name of its own", async () => {
      const [orders, billing] = [again(), again()];
      await orders.up({ name, tables: [one], ...ORDERS });
      await billing.up({ name: `${name}_2`, tables: [two], ...BILLING });
      for (const resource of [orders, billing]) expect(await resource.refresh()).toBe(false);
      await orders.destroy();
      expect(await publicationOf(db, name)).toBeUndefined();
      expect(await membersOf(db, `${name}_2`)).toEqual([two]);
      await billing.destroy();
      expect(said).toEqual([]);
    });

    test("the second is refused under the same name, in the same run and in a later one, even with adopt", async () => {
      const orders = again();
      await orders.up({ name, tables: [one], ...ORDERS });
      await expect(again().up({ name, tables: [one, two], ...BILLING })).rejects.toThrow(
        new RegExp(
          `publication "${name}" has two owners .* \\(in acme:index:Orders\\) and .* \\(in acme:index:Billing\\)`,
        ),
      );
      const billing = again();
      await inNewProcess(billing);
      const refusal =
        /already exists and belongs to .* \(in acme:index:Orders\), a resource of this stack\.\nThis resource is .* \(in acme:index:Billing\)\.\n.*share it/;
      await expect(billing.up({ name, tables: [one], adopt: true, ...BILLING })).rejects.toThrow(refusal);
      expect(await orders.refresh()).toBe(false);
      expect(await membersOf(db, name)).toEqual([one]);
      await orders.destroy();
    });

    test("a marker of an earlier version is refused to both, since either may have made it", async () => {
      await db.query(`create publication ${name} for table ${one}`);
      await setComment(earlier());
      await expect(again().up({ name, tables: [one], adopt: true, ...ORDERS })).rejects.toThrow(
        /carries a marker of an earlier version, which two resources of this program may have made\./,
      );
      expect(await commentOf()).toBe(earlier());
    });
  });

  test("a marker of an earlier version is resumed with a warning, and gets the path and the place", async () => {
    await db.query(`create publication ${name} for table ${one}`);
    await setComment(earlier());
    const pub = again();
    await pub.up({ name, tables: [one], path: "acme:index:Orders" });
    const how = ", and carries a marker that an earlier version wrote for a resource of this name.";
    expect(said.join("\n")).toContain(`publication "${name}" exists${how}\n\`pulumi up\` takes it over.\n`);
    expect(said.join("\n")).toContain(`publication "${name}" exists${how}\nIt was taken over.\n`);
    expect(await commentOf()).toMatch(/"path":"acme:index:Orders","token":".*","place":\{"database":"postgres",/);
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("a resume says which tables come and go, and what a pipe that reads them lacks", async () => {
    await again().up({ name, tables: [one] });
    await makeSlot(db, "left");
    said.splice(0);
    const pub = again();
    await pub.up({ name, tables: [two] });
    const effects = [
      `Tables added: ${two}.`,
      `Tables removed: ${one}.`,
      "It may be read through slot left (inactive).",
      "If a ClickPipe already replicates a table that is added, changes made in the meantime never reached ClickHouse: resync it.",
      "Delete drops it.",
    ];
    expect(said.join("\n")).toContain(`It was taken over.\n${effects.join("\n")}`);
    await dropSlots(db);
    await pub.destroy();
  });

  test("a database made with TEMPLATE holds a copy, which only adopt takes over", async () => {
    const [original, copy] = [fresh("original"), fresh("copy")];
    const inside = (database: string) => {
      const uri = Object.assign(new URL(db.uri), { pathname: `/${database}` }).toString();
      return new Managed("Publication", resource, { "clickpipes:connectionUri": uri });
    };
    await db.query(`create database ${original}`);
    await inside(original).up({ name, allTables: true });
    await db.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [original]);
    await db.query(`create database ${copy} template ${original}`);
    const pub = inside(copy);
    await expect(pub.up({ name, allTables: true })).rejects.toThrow(`is a copy of the one that belongs to`);
    await pub.up({ name, allTables: true, adopt: true });
    expect(said.join("\n")).toMatch(/exists, as a copy of the one .*\nIt was adopted\.\n/);
    expect(await pub.refresh()).toBe(false);
    await pub.destroy();
  });

  test("another publication with the marker of a killed create under another name is named, and stays", async () => {
    const here = { tables: [one], path: "" };
    await again().up({ name: `${name}_left`, ...here });
    const pub = again();
    await pub.up({ name, ...here });
    expect(said.join("\n")).toContain(
      `publication "${name}_left" also carries the marker of organization/app/dev/Publication/${resource}.`,
    );
    expect(said.join("\n")).toContain(`if nothing uses it, run: drop publication "${name}_left";`);
    expect(await pub.refresh()).toBe(false);
    await pub.destroy();
    expect(await publicationOf(db, `${name}_left`)).toBeDefined();
  });
});
