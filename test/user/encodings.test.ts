import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { markersIn } from "../../provider/postgres/sql/mark";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { useDatabase } from "../support/postgres/database";
import { openSession } from "../support/postgres/login";
import { roleExists } from "../support/user/catalog";
import { ManagedUser } from "../support/user/managedUser";
import { useWarnings } from "../support/warnings";

/** The stand-in for Neon finds passwords only in databases made from `template1`. */
const VERSIONS = [14, 16, 18] as const;
const ENCODINGS = ["LATIN1", "UTF8"] as const;
type Encoding = (typeof ENCODINGS)[number];
const BYTES: Record<Encoding, string> = { LATIN1: "e9", UTF8: "c3a9" };

describe.each(VERSIONS)("databases of two encodings on one server of Postgres %i", (version) => {
  const db = useDatabase(version);
  const said = useWarnings();
  const sessions = {} as Record<Encoding, Client>;
  const configs = {} as Record<Encoding, Record<string, string>>;
  let name: string;

  beforeAll(async () => {
    const password = decodeURIComponent(new URL(db.uri).password);
    for (const encoding of ENCODINGS) {
      const database = `in_${encoding}`;
      await db.query(
        `create database "${database}" owner ${db.user} encoding '${encoding}' lc_collate 'C' lc_ctype 'C' template template0`,
      );
      configs[encoding] = { "clickpipes:connectionUri": db.uriOf(db.user, password, database) };
      sessions[encoding] = await openSession(db, db.user, password, database);
      await sessions[encoding].query(
        "create table public.a (id int primary key); create table public.b (id int primary key)",
      );
    }
  });
  afterAll(() => Promise.all(Object.values(sessions).map((session) => session.end())));
  beforeEach(() => {
    name = fresh("encoded");
  });

  /** The bytes of the comment, which the LATIN1 database takes as they are, in hexadecimal; the rest, as text. */
  async function bytesOfComment(): Promise<{ own: string; markers: number }> {
    const { rows } = await sessions.LATIN1.query(
      "select encode(convert_to(shobj_description($1::regrole, 'pg_authid'), 'LATIN1'), 'hex') as hex",
      [name],
    );
    const text = Buffer.from(String(rows[0].hex), "hex").toString("latin1");
    const [own = "", ...markers] = text.split("\npulumi-neon-clickpipes: ");
    return { own: Buffer.from(own, "latin1").toString("hex"), markers: markers.length };
  }

  describe.each([
    { writes: "LATIN1", other: "UTF8" },
    { writes: "UTF8", other: "LATIN1" },
  ] as const)("with a comment from the $writes one and grants from the $other one", ({ writes, other }) => {
    const own = Buffer.from("caf").toString("hex") + BYTES[writes];

    test("each goes on, and the bytes of the user's own comment do not change", async () => {
      const user = new ManagedUser(name, configs[writes]);
      const grants = new Managed("ClickPipesGrants", name, configs[other]);
      const arguments_ = (more: object) => ({ role: name, path: "", ...more });
      await user.up({ name, comment: "café" });
      await grants.up(arguments_({ tables: ["public.a"] }));
      expect(await bytesOfComment()).toEqual({ own, markers: 1 });
      for (const limit of [3, 4]) {
        await user.up({ name, comment: "café", connectionLimit: limit });
        await grants.up(arguments_({ tables: limit === 3 ? ["public.a", "public.b"] : ["public.b"] }));
        expect(await bytesOfComment()).toEqual({ own, markers: 1 });
        expect([await user.refresh(), await grants.refresh()]).toEqual([false, false]);
      }
      expect(said.join("\n")).not.toContain("changed the comment");
      await grants.destroy();
      expect(await bytesOfComment()).toEqual({ own, markers: 1 });
      await user.destroy();
      expect(await roleExists(db, name)).toBe(false);
    });

    test("a user of the $other one that sets no comment keeps the bytes too, also where markers are repeated", async () => {
      const user = new ManagedUser(name, configs[other]);
      await user.up({ name });
      const client = sessions[writes];
      await client.query("select set_config('test.own', $1, false)", ["café"]);
      await client.query(`do $$ declare found text := shobj_description('${name}'::regrole, 'pg_authid'); begin
        execute format('comment on role ${name} is %L', current_setting('test.own') || chr(10) || found || chr(10) || found);
      end $$`);
      expect(await user.refresh()).toBe(false);
      await user.up({ name, connectionLimit: 3 });
      expect(await bytesOfComment()).toEqual({ own, markers: 1 });
      await user.destroy();
      expect(await roleExists(db, name)).toBe(false);
    });
  });

  test("a marker with any name is found in both", async () => {
    const user = new ManagedUser(`${name} Ünï €`, configs.UTF8);
    const other = new ManagedUser(`${name} Ünï €`, configs.LATIN1);
    await user.up({ name });
    const { rows } = await sessions.LATIN1.query("select shobj_description($1::regrole, 'pg_authid') as text", [name]);
    expect(markersIn(rows[0].text)).toHaveLength(1);
    await other.up({ name });
    expect(said.at(-1)).toContain("It was taken over.");
    await other.destroy();
    expect(await roleExists(db, name)).toBe(false);
  });
});
