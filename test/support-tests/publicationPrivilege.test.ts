import { Client, type QueryResult } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { POSTGRES_VERSIONS } from "../support/postgres/servers";
import { asSuperuser } from "../support/postgres/superuser";

const STRONG = "Grand-Ocean7_tulip!Quartz42";

describe.each(POSTGRES_VERSIONS)("on Postgres %i", (version) => {
  let neon: LocalNeon;
  let client: Client;
  let pipelined: Client;

  async function connect(user = neon.owner.user, password = neon.owner.password, pipeline = false): Promise<Client> {
    const options = { connectionString: neon.uri({ user, password }), pipeline };
    const connected = new Client(options as { connectionString: string });
    connected.on("error", () => {});
    await connected.connect();
    return connected;
  }

  beforeAll(async () => {
    neon = await startLocalNeon({ version });
    client = await connect();
    pipelined = await connect(neon.owner.user, neon.owner.password, true);
    await client.query("create table t (id int primary key); create schema other; create table other.u (id int)");
    await client.query(`create role plain login password '${STRONG}'`);
    await asSuperuser(neon.server, "neondb", [`grant plain to neondb_owner${version >= 16 ? " with set true" : ""}`]);
  });
  beforeEach(async () => {
    await client.query("rollback; drop publication if exists p");
  });
  afterAll(async () => {
    await client?.end();
    await pipelined?.end();
    await neon?.stop();
  });

  const superusers = async (): Promise<string[]> => {
    const found = await asSuperuser(neon.server, "neondb", ["select rolname from pg_roles where rolsuper"]);
    return found.map(({ rolname }) => rolname);
  };

  const publications = async (): Promise<unknown[]> =>
    (await client.query("select pubname, puballtables, pubowner::regrole::text as owner from pg_publication")).rows;

  const forAllTables = [{ pubname: "p", puballtables: true, owner: "neondb_owner" }];

  test("the owner publishes all tables and is no superuser afterwards", async () => {
    await client.query("create publication p for all tables with (publish = 'insert')");
    expect(await publications()).toEqual(forAllTables);
    expect(await superusers()).toEqual(["cloud_admin"]);
    await expect(client.query("alter system set work_mem = '5MB'")).rejects.toMatchObject({ code: "42501" });
  });

  test("so it does inside a transaction, pipelined and with bind values around it", async () => {
    const results = await Promise.all([
      pipelined.query("begin"),
      pipelined.query("select set_config('t.x', $1, true)", ["1"]),
      pipelined.query("create publication p for all tables"),
      pipelined.query("comment on publication p is 'kept'"),
      pipelined.query("select current_setting('is_superuser') as superuser, current_setting('t.x') as x"),
      pipelined.query("commit"),
    ]);
    expect(results[4]?.rows).toEqual([{ superuser: "off", x: "1" }]);
    expect(results[5]?.command).toBe("COMMIT");
    expect(await publications()).toEqual(forAllTables);
    expect(await superusers()).toEqual(["cloud_admin"]);
  });

  test("the right comes anew for every such statement of one transaction", async () => {
    await client.query("begin");
    await client.query("select count(*) from pg_roles, pg_authid, pg_database");
    for (let index = 0; index < 3; index++) {
      await client.query("create publication p for all tables");
      await client.query("drop publication p");
      await client.query("savepoint s");
      await expect(client.query("alter role plain superuser")).rejects.toMatchObject({ code: "42501" });
      await client.query("rollback to s");
    }
    await client.query("commit");
    expect(await superusers()).toEqual(["cloud_admin"]);
  });

  test("the extended protocol gets it too, and a failure gives the right back", async () => {
    const extended = (text: string): Promise<QueryResult> =>
      pipelined.query({ text, queryMode: "extended" } as { text: string });
    const all = await Promise.allSettled([
      extended("begin"),
      extended("create publication p for all tables"),
      extended("commit"),
      extended("create publication p for all tables"),
      extended("select 1"),
    ]);
    expect(all.map(({ status }) => status)).toEqual([
      ...["fulfilled", "fulfilled", "fulfilled"],
      "rejected",
      "fulfilled",
    ]);
    expect(all[3]).toMatchObject({ reason: { code: "42710" } });
    expect(await superusers()).toEqual(["cloud_admin"]);
  });

  test("a role outside of neon_superuser is refused as vanilla Postgres refuses it", async () => {
    const plain = await connect("plain", STRONG);
    await expect(plain.query("create publication p for all tables")).rejects.toMatchObject({ code: "42501" });
    await plain.end();
    await client.query("begin; set local role plain");
    await expect(client.query("create publication p for all tables")).rejects.toMatchObject({ code: "42501" });
    await client.query("rollback");
  });

  test("many at once take turns", async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect()));
    await Promise.all(clients.map((one, index) => one.query(`create publication many_${index} for all tables`)));
    await Promise.all(clients.map((one, index) => one.query(`drop publication many_${index}`)));
    await Promise.all(clients.map((one) => one.end()));
    expect(await superusers()).toEqual(["cloud_admin"]);
  });

  test("meanwhile no other session is a superuser: what it begins waits, and the roles that it makes are its own", async () => {
    const publisher = await connect();
    const maker = await connect();
    let working = true;
    const publishing = (async () => {
      for (let index = 0; working; index++)
        await publisher.query(`create publication much_${index} for all tables; drop publication much_${index}`);
    })();
    const seen = new Set<unknown>();
    for (let index = 0; index < 20; index++) {
      const { rows } = await maker.query("select rolsuper from pg_roles where rolname = current_user");
      seen.add(rows[0]?.rolsuper);
      const extended = { text: `create role made_${index}`, queryMode: "extended" } as { text: string };
      await maker.query("begin");
      await maker.query(index % 2 === 0 ? extended : extended.text);
      await maker.query(`comment on role made_${index} is 'mine'`);
      await maker.query("commit");
    }
    working = false;
    await publishing;
    expect([...seen]).toEqual([false]);
    for (let index = 0; index < 20; index++) await maker.query(`drop role made_${index}`);
    await Promise.all([publisher.end(), maker.end()]);
  });

  // Schemas in a publication came with 15.
  if (version >= 15)
    test("schemas may be published at creation and not added later", async () => {
      await client.query("create publication p for tables in schema other");
      for (const change of ["add", "set"]) {
        await expect(client.query(`alter publication p ${change} tables in schema public`)).rejects.toMatchObject({
          code: "42501",
        });
      }
      await client.query("drop publication p; create publication p for table t, tables in schema other");
      const { rows } = await client.query("select tablename from pg_publication_tables order by 1");
      expect(rows).toEqual([{ tablename: "t" }, { tablename: "u" }]);
      expect(await superusers()).toEqual(["cloud_admin"]);
    });

  // Schemas in a publication came with 15.
  if (version >= 15)
    test("a table of somebody else's is not published beside a schema", async () => {
      await asSuperuser(neon.server, "neondb", ["create table foreign_t (id int)"]);
      const create = "create publication p for table foreign_t, tables in schema other";
      const refusal = { code: "42501", message: "must be owner of table foreign_t" };
      await expect(client.query(create)).rejects.toMatchObject(refusal);
      await client.query("begin");
      await expect(client.query(create)).rejects.toMatchObject(refusal);
      await expect(client.query("select 1")).rejects.toMatchObject({ code: "25P02" });
      await client.query("rollback");
      const extended = { text: create, queryMode: "extended" } as { text: string };
      await expect(client.query(extended)).rejects.toMatchObject(refusal);
      expect(await publications()).toEqual([]);
      await expect(client.query("create publication p for table foreign_t")).rejects.toMatchObject(refusal);
    });
});
