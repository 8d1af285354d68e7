import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import type { Managed } from "../support/managed";
import { useDatabase } from "../support/postgres/database";
import { managed, publicationOf } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

/** Neither a superuser nor a member of Neon's privileged role. It owns table t, and cannot create publications yet. */
describe.each([14, 16, 18] as const)("An admin with few privileges on Postgres %i", (version) => {
  const db = useDatabase(version);
  useWarnings();
  let name: string;
  let pub: Managed;

  beforeAll(async () => {
    await db.query("create role plain login password 'plain password'; create role other; create role group_owner");
    await db.query("create table public.t (id int primary key); alter table public.t owner to plain");
    await db.query("create table public.theirs (id int primary key)");
    await db.query("alter table public.theirs owner to group_owner");
  });
  beforeEach(() => {
    name = fresh();
    pub = managed({ ...db, config: { "clickpipes:connectionUri": db.uriOf("plain", "plain password") } });
  });

  const refused = async (args: object, words: string) => {
    await expect(pub.check({ name, tables: ["public.t"], ...args })).rejects.toThrow(words);
    expect(await publicationOf(db, name)).toBeUndefined();
  };

  test("learns from the preview what to have granted", async () => {
    await refused(
      {},
      [
        `"plain" cannot create publication "${name}" in database "postgres".`,
        "Creating a publication requires CREATE on the database.",
        "As the owner of the database, run: GRANT CREATE ON DATABASE postgres TO plain;",
      ].join("\n"),
    );
    await db.query("grant create on database postgres to plain");
    await refused(
      { tables: ["public.t", "public.theirs"] },
      "table public.theirs belongs to group_owner, and only its owner can publish it.\n" +
        '"plain" is not a member of that role. Run: GRANT group_owner TO plain;\nNothing was changed.',
    );
    await db.query("grant group_owner to plain");
    await pub.up({ name, tables: ["public.t", "public.theirs"] });
    await db.query("revoke group_owner from plain");
    // What is published stays. The admin must own only what is added.
    await pub.up({ name, tables: ["public.t", "public.theirs"], comment: "more" });
    await pub.up({ name, tables: ["public.t"] });
    await expect(pub.up({ name, tables: ["public.t", "public.theirs"] })).rejects.toThrow("belongs to group_owner");
    await pub.destroy();
  });

  test("can publish only tables, and learns who can publish more", async () => {
    const words = (whole: string) =>
      [
        `"plain" cannot create publication "${name}" for ${whole}.`,
        "That requires a superuser or, on Neon, a member of neon_superuser.",
        "List the tables in `tables` instead.",
      ].join("\n");
    await refused({ tables: undefined, allTables: true, allowUnsafeTables: true }, words("all tables"));
    if (version >= 15)
      await refused({ tables: undefined, schemas: ["public"], allowUnsafeTables: true }, words("whole schemas"));
  });

  test("cannot give the publication to every role, and learns what is missing", async () => {
    const refusedFor = (owner: string, ...why: string[]) => {
      const what = `role "${owner}" cannot become the owner of publication "${name}".`;
      return refused({ owner }, [what, ...why, "Nothing was changed."].join("\n"));
    };
    await refusedFor("missing", "There is no such role.");
    await refusedFor(
      "other",
      '"plain" needs the privileges of that role, and permission to SET ROLE to it.',
      "Run: GRANT other TO plain;",
    );
    await db.query("grant other to plain");
    await refusedFor(
      "other",
      "The owner needs CREATE on the database.",
      "Run: GRANT CREATE ON DATABASE postgres TO other;",
    );
    await db.query("grant create on database postgres to other");
    await pub.up({ name, tables: ["public.t"], owner: "other" });
    expect(await publicationOf(db, name)).toMatchObject({ owner: "other" });
    await db.query("revoke other from plain");
    const lost = [
      `publication "${name}" belongs to other, so "plain" cannot change it.`,
      '"plain" does not have the privileges of that role.',
      "Run: GRANT other TO plain;",
    ].join("\n");
    await expect(pub.up({ name, tables: [], owner: "other" })).rejects.toThrow(lost);
    await expect(pub.destroy()).rejects.toThrow(lost);
    await db.query("grant other to plain");
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });
});
