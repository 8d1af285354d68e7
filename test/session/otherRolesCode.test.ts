import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { figure, LONG } from "../support/long";
import {
  admitPlanter,
  naively,
  PLANTED_LOG,
  type Planted,
  plantBefore,
  plantBehind,
  plantedRuns,
  plantTypesBefore,
} from "../support/planted/code";
import { makeTables, type Outcome, WholeLife } from "../support/planted/life";
import { reachOf, unreached } from "../support/planted/reach";
import { type Sent, statementsOf } from "../support/planted/statements";
import { EVERY_PLACE, useDatabase } from "../support/postgres/database";
import { useWarnings } from "../support/warnings";
import { startWire, type Wire } from "../support/wire/recording";

/** A schema that stands before pg_catalog in the path of every role, as orafce has one. */
const FIRST = "orafce";

/** Every version, and either admin; a long run goes to each place. */
const PLACES = EVERY_PLACE.filter(({ version, admin }) => LONG || (version % 2 === 0) === (admin === "superuser"));

describe.each(PLACES)("Objects of another role, on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin, PLANTED_LOG);
  const said = useWarnings();
  let wire: Wire;
  let statements: Sent[];
  let expected: Outcome;

  beforeAll(async () => {
    // Each life's process listens for SIGINT, in this one process.
    process.setMaxListeners(0);
    const { hostname, port } = new URL(db.uri);
    wire = await startWire({ host: hostname, port: Number(port) });
    await admitPlanter(db, "public", FIRST);
    await makeTables(db);
    // The test's own sessions run nothing of it either.
    for (const run of [db.query, db.asAdmin]) await run("set search_path = pg_catalog");
  });
  afterAll(() => wire?.stop());

  /** In a process that is as good as new, over connections of its own. */
  const life = async (): Promise<Outcome> => {
    said.length = 0;
    const outcome = await new WholeLife(db, admin, wire.uri(db.uri)).run(said);
    wire.cutAll();
    return outcome;
  };
  const nothingWasRun = async () => {
    const since = (await db.log()).length;
    const outcome = await life();
    expect(await plantedRuns(db, since)).toEqual([]);
    expect(outcome).toEqual(expected);
  };
  /** Each runs planted code, of which the log tells even though its transaction was one that only reads, and was given up. */
  const areRun = async (...careless: string[]) => {
    const since = (await db.log()).length;
    for (const statement of careless)
      expect(await naively(db.uri, "begin read only", statement), statement).toMatch(/^planted code was run/);
    expect((await plantedRuns(db, since)).length).toBe(careless.length);
  };

  test("are not run by a whole life on a clean database, whose statements are all recorded", async () => {
    const since = (await db.log()).length;
    statements = await statementsOf(wire, async () => {
      expected = await life();
    });
    const failed = expected.filter(({ came }) => String(came).startsWith("failed"));
    expect(failed.map(({ step, came }) => `${step}: ${came}`)).toEqual([
      expect.stringMatching(/^update while a table is locked: failed: could not get a lock/),
      expect.stringMatching(/^delete while a slot is left: failed: publication "pub" may still be read through slot /),
      expect.stringMatching(/^delete while a right is left: failed: .*\n.*customers/),
    ]);
    expect(await plantedRuns(db, since)).toEqual([]);
    expect(statements.length).toBeGreaterThan(60);
  });

  test("behind pg_catalog are run by careless sessions", async () => {
    const planted = await plantBehind(db, "public", statements);
    figure(`planted ${counted(planted)}`);
    expect(planted.functions?.size).toBeGreaterThan(1000);
    expect(planted.operators?.size).toBeGreaterThan(500);
    await areRun(
      "select format('x', 'y', 'z')",
      "select array_position(array['a'], 'a')",
      "select array_remove(array['a'], 'a')",
      "select obj_description(1, 'pg_class')",
      "select 'pg_class'::regclass = 'pg_class'::regclass",
    );
    const reach = await reachOf(db.uri, ["public"], statements);
    const reached = reach.filter(({ names, failure }) => names.length > 0 || failure !== undefined);
    figure(`of ${reach.length} statements that read, ${reached.length} would run what was planted`);
    expect(reached.length).toBeGreaterThan(reach.length / 2);
  });

  if (LONG) test("behind pg_catalog are never run by a whole life, which has the same results", nothingWasRun);

  test("before pg_catalog are run by careless sessions, whatever name they use", async () => {
    const planted = await plantBefore(db, FIRST, statements);
    await db.query(`alter database ${db.database} set search_path = ${FIRST}, pg_catalog, public`);
    await db.query(`alter role ${db.user} set search_path = ${FIRST}, pg_catalog, public`);
    const reach = await reachOf(db.uri, [FIRST, "public"], statements);
    expect(reach.map(({ failure }) => failure).filter((failure) => failure !== undefined)).toEqual([]);
    expect(unreached(planted, reach, statements)).toEqual([]);
    Object.assign(planted, await plantTypesBefore(db, FIRST, statements));
    figure(`planted ${counted(planted)}`);
    expect(planted.relations?.size).toBeGreaterThan(15);
    expect(planted.casts?.size).toBeGreaterThan(20);
    expect(planted.types?.size).toBeGreaterThan(10);
    await areRun(
      "select format('x')",
      "select 1 = 1",
      "select from pg_roles",
      "select 'a'::pg_catalog.text::mood",
      "select 'a'::text",
    );
  });

  test("before pg_catalog are never run by a whole life, which has the same results", nothingWasRun);
});

function counted(planted: Planted): string {
  return Object.entries(planted)
    .map(([kind, { size }]) => `${size} ${kind}`)
    .join(", ");
}
