import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import type { Managed } from "../support/managed";
import { useDatabase } from "../support/postgres/database";
import { managed, publicationOf } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

/** Neither a superuser nor a member of Neon's privileged role: owns table t, and may not yet make publications. */
describe.each([14, 16, 18] as const)("An admin of few rights on Postgres %i", (version) => {
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

  test("is told in the preview what the database's owner has to grant", async () => {
    await refused(
      {},
      '"plain" may not create publications in database "postgres": GRANT CREATE ON DATABASE postgres TO plain',
    );
    await db.query("grant create on database postgres to plain");
    await refused(
      { tables: ["public.t", "public.theirs"] },
      'table public.theirs belongs to group_owner, and only its owner may publish it: "plain" is not a member of that role',
    );
    await db.query("grant group_owner to plain");
    await pub.up({ name, tables: ["public.t", "public.theirs"] });
    await db.query("revoke group_owner from plain");
    // What is published stays; only what is added must be ours.
    await pub.up({ name, tables: ["public.t", "public.theirs"], comment: "more" });
    await pub.up({ name, tables: ["public.t"] });
    await expect(pub.up({ name, tables: ["public.t", "public.theirs"] })).rejects.toThrow("belongs to group_owner");
    await pub.destroy();
  });

  test("cannot publish more than tables, and is told who can", async () => {
    const words =
      'takes a superuser, or on Neon a member of neon_superuser; "plain" is neither. List the tables instead';
    await refused({ tables: undefined, allTables: true, allowUnsafeTables: true }, `publishing all tables ${words}`);
    if (version >= 15)
      await refused(
        { tables: undefined, schemas: ["public"], allowUnsafeTables: true },
        `publishing whole schemas ${words}`,
      );
  });

  test("cannot give it to whom it may not, and is told what is missing", async () => {
    await refused({ owner: "nobody" }, 'owner "nobody": there is no such role. Nothing was changed');
    await refused(
      { owner: "other" },
      "needs the rights of that role and to be allowed to set it: GRANT other TO plain",
    );
    await db.query("grant other to plain");
    await refused({ owner: "other" }, "it needs CREATE on the database: GRANT CREATE ON DATABASE postgres TO other");
    await db.query("grant create on database postgres to other");
    await pub.up({ name, tables: ["public.t"], owner: "other" });
    expect(await publicationOf(db, name)).toMatchObject({ owner: "other" });
    await db.query("revoke other from plain");
    const lost = `publication "${name}" belongs to other, and "plain" does not have the rights of that role: GRANT other TO plain`;
    await expect(pub.up({ name, tables: [], owner: "other" })).rejects.toThrow(lost);
    await expect(pub.destroy()).rejects.toThrow(lost);
    await db.query("grant other to plain");
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });
});
