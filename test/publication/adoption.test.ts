import { beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { type Admin, useDatabase } from "../support/postgres/database";
import { makeTables, managed, membersOf, publicationOf, quoted, WITH_KEY } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

const PLACES: { version: 14 | 15 | 18; admin: Admin }[] = [
  { version: 14, admin: "neon" },
  { version: 15, admin: "superuser" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)("A publication that already exists, on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let name: string;
  let one: string;
  let two: string;

  beforeEach(async () => {
    name = fresh();
    [one = "", two = ""] = await makeTables(db, WITH_KEY, WITH_KEY);
  });

  const byHand = async (rest = `for table ${one} with (publish = 'insert, update')`) => {
    await db.asAdmin(`create publication ${quoted(name)} ${rest}`);
    await db.asAdmin(`comment on publication ${quoted(name)} is 'theirs'`);
  };
  const adopting = { adopt: true };

  test("is refused, and the message says what to do", async () => {
    await byHand();
    const pub = managed(db);
    await expect(pub.up({ name, tables: [one] })).rejects.toThrow(
      `publication "${name}" already exists and was not created by this resource.\nTo manage it as is, set \`adopt: true\``,
    );
    const other = new Managed("Publication", "other", db.config);
    await other.up({ name: `${name}_2`, tables: [one] });
    await expect(pub.up({ name: `${name}_2`, tables: [one] })).rejects.toThrow(
      `publication "${name}_2" has two owners in this program: organization/app/dev/Publication/other and `,
    );
    expect((await publicationOf(db, name))?.comment).toBe("theirs");
    await other.destroy();
  });

  test("is adopted unchanged, and restored by delete", async () => {
    await byHand();
    const before = await publicationOf(db, name);
    const pub = managed(db);
    await pub.up({ name, tables: [one], ...adopting });
    expect(said.join("\n")).toContain(
      `publication "${name}" exists.\n\`pulumi up\` adopts it.\nDelete leaves it in place.`,
    );
    expect(said.join("\n")).toContain(`publication "${name}" exists.\nIt was adopted.\nDelete leaves it in place.`);
    expect(await publicationOf(db, name)).toMatchObject({ oid: before?.oid, publish: "insert,update", viaRoot: false });
    expect((await publicationOf(db, name))?.comment).toMatch(/^theirs\npulumi-neon-clickpipes: .*"adopted":true/);
    expect(await pub.refresh()).toBe(false);
    await pub.up({ name, tables: [one, two], comment: "ours", publish: ["insert", "update", "delete"], ...adopting });
    await pub.up({ name, tables: [one, two], publishViaPartitionRoot: true, ...adopting });
    await pub.destroy();
    expect(await publicationOf(db, name)).toEqual(before);
    expect(await membersOf(db, name)).toEqual([one]);
  });

  test("is adopted with a narrower scope only with allowReplace", async () => {
    await byHand(`for table ${one}, ${two}`);
    const pub = managed(db);
    await expect(pub.check({ name, tables: [one], ...adopting })).rejects.toThrow(
      [
        `publication "${name}" also covers ${two}.`,
        "Adopting it with this scope would take that away from its readers.",
        "List it too, or accept the narrower scope with `allowReplace: true`.",
      ].join("\n"),
    );
    const both = { name, tables: [one, two], ...adopting };
    await expect(pub.up({ ...both, publish: ["insert"] })).rejects.toThrow(
      "also covers operation update, operation delete, operation truncate.",
    );
    if (version >= 15) {
      const listed = { schema: "public", name: one.slice(7), columns: ["id"] };
      await expect(pub.up({ ...both, tables: [listed, two] })).rejects.toThrow(`other columns or rows of ${one}`);
    }
    await pub.up({ name, tables: [one], allowReplace: true, ...adopting });
    expect(await membersOf(db, name)).toEqual([one]);
    await pub.destroy();
  });

  test("is dropped if deleteAdopted is in the state", async () => {
    await byHand();
    const pub = managed(db);
    await pub.up({ name, tables: [one], ...adopting });
    await pub.up({ name, tables: [one], ...adopting, deleteAdopted: true });
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("stays adopted if the adopting run was killed, even without adopt, and loses nothing at delete", async () => {
    await byHand();
    const resource = fresh("resource");
    await managed(db, {}, resource).up({ name, tables: [one, two], path: "", ...adopting });
    const again = managed(db, {}, resource);
    await again.up({ name, tables: [one, two], path: "" });
    expect(said.join("\n")).toMatch(
      /carries this resource's marker\.\n.*\nIt was taken over\.\n[\s\S]*Delete leaves it in place, and restores nothing: how it was at first is not known any more\./,
    );
    await again.destroy();
    // It is no longer known who added the second table.
    expect(await membersOf(db, name)).toEqual([one, two].sort());
    expect((await publicationOf(db, name))?.comment).toBe("theirs");
  });

  test("is created if it does not exist, and then dropped by delete", async () => {
    const pub = managed(db);
    await pub.up({ name, tables: [one], ...adopting });
    expect(await publicationOf(db, name)).toMatchObject({ publish: "insert,update,delete,truncate", viaRoot: true });
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("does not become adopted by the argument if this resource created it", async () => {
    const pub = managed(db);
    await pub.up({ name, tables: [one] });
    await pub.up({ name, tables: [one, two], ...adopting });
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("is resumed if a killed run of this resource left it, and a late delete of the old one drops nothing", async () => {
    const resource = fresh("resource");
    const old = managed(db, {}, resource);
    await old.up({ name, tables: [one] });
    const next = managed(db, {}, resource);
    await next.up({ name, tables: [one, two] });
    await old.destroy();
    expect(said.join()).toContain(`publication "${name}" belongs to a later create of this resource`);
    expect(await membersOf(db, name)).toEqual([one, two].sort());
    await next.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("is refused under a name that pgoutput folds, with the statement that renames it", async () => {
    name = `${fresh()}Upper`;
    await byHand();
    await expect(managed(db).up({ name, tables: [one], ...adopting })).rejects.toThrow(
      /pgoutput would read ".*Upper" as another name\.\n[\s\S]*\nIf .* Run: ALTER PUBLICATION .* RENAME TO …;/,
    );
  });

  if (admin !== "superuser")
    test("is refused with the GRANT to run if it belongs to another role", async () => {
      const owner = fresh("owner");
      await db.query(`create role ${owner}; grant create on database ${quoted(db.database)} to ${owner}`);
      await db.query(`create publication ${name}`);
      await db.query(`alter publication ${name} owner to ${owner}`);
      await expect(managed(db).check({ name, tables: [one], ...adopting })).rejects.toThrow(
        [
          `publication "${name}" belongs to ${owner}, so "${db.user}" cannot change it.`,
          `"${db.user}" does not have the privileges of that role.`,
          `Run: GRANT ${owner} TO ${db.user};`,
        ].join("\n"),
      );
    });
});
