import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ChangeReader } from "../../scripts/demo/replication";
import { type Random, random } from "../addresses/random";
import { fresh } from "../support/freshName";
import { figure, LONG } from "../support/long";
import { type Admin, useDatabase } from "../support/postgres/database";
import { POSTGRES_VERSIONS } from "../support/postgres/servers";
import { session } from "../support/postgres/session";
import { managed, publicationOf, quoted } from "../support/publication/publications";
import { Application, displayed, received } from "../support/publication/writes";
import { useWarnings } from "../support/warnings";

const CHANGES = 120;
const SEED = Number(process.env.SEED ?? Date.now() % 1e6);

/** The oldest and the newest version as superuser. The others, and Neon's admin, in a long run. */
const PLACES = (["superuser", "neon"] as Admin[])
  .flatMap((admin) => POSTGRES_VERSIONS.map((version) => ({ version, admin })))
  .filter(({ version, admin }) => LONG || (admin === "superuser" && (version === 14 || version === 18)));

/** Published the whole time: with a key, under FULL, partitioned, with a name that needs quotes. */
const WATCHED = ["keyed", "full", "parts", "Odd.one"];
const PASSING = ["c1", "c2", "c3", "c4"];
const LEAVES = ["leaf_0", "leaf_1"];

describe.each(PLACES)("A reader on Postgres $version, changed by $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  useWarnings();
  let schema: string;
  let reader: ChangeReader;
  let application: Application;
  let name: string;
  let owner: string;

  beforeEach(async () => {
    [schema, name, owner] = [fresh("s"), fresh(), fresh("owner")];
    await db.asAdmin(`create schema ${schema}`);
    for (const table of ["keyed", "Odd.one", ...PASSING])
      await db.asAdmin(`create table ${schema}.${quoted(table)} (id int primary key, n int)`);
    await db.asAdmin(`create table ${schema}.full (id int, n int)`);
    await db.asAdmin(`alter table ${schema}.full replica identity full`);
    await db.asAdmin(`create table ${schema}.parts (id int primary key, n int) partition by hash (id)`);
    for (const [rest, leaf] of LEAVES.entries())
      await db.asAdmin(
        `create table ${schema}.${leaf} partition of ${schema}.parts for values with (modulus 2, remainder ${rest})`,
      );
  });
  afterEach(async () => {
    await application?.stop();
    await reader?.stop();
    await reader?.dropSlot();
  });

  const tables = (names: string[]) => names.map((name) => ({ schema, name }));

  async function read(): Promise<void> {
    const { hostname, port, username, password } = new URL(db.uriOf("cloud_admin", "stand-in superuser"));
    const login = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
    const place = { host: hostname, port: Number(port), database: db.database };
    reader = await ChangeReader.open({ ...place, ...login, publication: name }, fresh("slot"));
    await reader.start();
    application = new Application(db.uriOf(login.user, login.password), tables([...WATCHED, ...PASSING]));
  }

  /** Expects everything that the application did to the watched tables, in order, and nothing else. */
  async function expectAllReceived(): Promise<void> {
    await application.stop();
    expect(application.failures).toEqual([]);
    const rootOf = (table: string) =>
      LEAVES.some((leaf) => table === `${schema}.${leaf}`) ? `${schema}.parts` : table;
    const got = received(await reader.caughtUp(), rootOf);
    const counts = tables(WATCHED).map((table) => got.get(displayed(table))?.length);
    figure(`changes of ${WATCHED.join(", ")} received: ${counts.join(", ")}`);
    for (const table of tables(WATCHED).map(displayed)) {
      expect(application.written.get(table)?.length).toBeGreaterThan(20);
      expect(got.get(table), `${table}, SEED=${SEED}`).toEqual(application.written.get(table));
    }
  }

  /** Random arguments, always with the watched tables. */
  function randomArguments({ pick, chance }: Random) {
    const scope = version >= 15 && admin === "superuser" ? pick(["list", "schema", "mixed"]) : "list";
    const narrowings = version >= 15 && scope === "list" ? [{}, { columns: ["id"] }, { where: "id % 3 = 0" }] : [{}];
    const passing = tables(PASSING.filter(() => chance(0.5))).map((table) => ({ ...table, ...pick(narrowings) }));
    return {
      name,
      ...(scope !== "list" && { schemas: [schema] }),
      ...(scope !== "schema" && { tables: [...tables(WATCHED), ...passing] }),
      publish: ["insert", "update", "delete", ...pick([[], ["truncate"]])],
      publishViaPartitionRoot: chance(0.5),
      ...(version >= 18 && { publishGeneratedColumns: pick(["none", "stored"]) }),
      owner: pick([db.user, owner]),
      comment: pick(["", "one", "two"]),
    };
  }

  test(`receives every change to the tables that stay, once and in order, through ${CHANGES} changes in place`, async () => {
    await db.query(`create role ${owner} ${admin === "superuser" ? "superuser" : ""}`);
    await db.query(`grant create on database ${quoted(db.database)} to ${owner}`);
    await db.query(`grant ${owner} to ${quoted(db.user)}`);
    const dice = random(SEED);
    const pub = managed(db);
    await pub.up(randomArguments(dice));
    const { oid } = pub.outputs;
    await read();
    application.start();
    for (let changes = 0; changes < CHANGES; ) if ((await pub.up(randomArguments(dice))).kind === "update") changes++;
    expect((await publicationOf(db, name))?.oid).toBe(oid);
    await expectAllReceived();
  });

  test("always finds the publication while it is replaced", async () => {
    const pub = managed(db);
    const consent = { allowReplace: true, allowLeftoverSlots: true, allowUnsafeTables: true };
    const list = { name, tables: tables(WATCHED), ...consent };
    await pub.up(list);
    await read();
    const oids = new Set([pub.outputs.oid]);
    for (let round = 0; round < 3; round++) {
      await application.burst(2);
      await pub.up({ name, allTables: true, ...consent });
      oids.add(pub.outputs.oid);
      await application.burst(2);
      // The old publication is dropped, and the new one waits for this lock. What is written now falls between the two.
      const migration = await session(db.uri);
      await migration.query("begin");
      await migration.query(`lock table ${schema}.keyed in share update exclusive mode`);
      const replacing = pub.up(list);
      await vi.waitFor(async () => expect(await db.query("select from pg_locks where not granted")).not.toEqual([]));
      await application.burst(2);
      await migration.end();
      await replacing;
      oids.add(pub.outputs.oid);
    }
    expect(oids.size).toBe(7);
    await expectAllReceived();
  });
});
