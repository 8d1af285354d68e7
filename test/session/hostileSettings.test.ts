import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { type LifePlace, live, REFUSED, startPlace } from "../support/hostile/life";
import { differences, failuresIn, OTHER_MEANING, type Step } from "../support/hostile/record";
import { type HostileSetting, hostileSettings, VARIABLES } from "../support/hostile/settings";
import { FOUND_ROLE, makeSource, PASSWORD, POLICY, renew } from "../support/hostile/source";
import { impose, lift, PLAIN, type Surroundings, seenThere, sessionThere } from "../support/hostile/surroundings";
import { figure } from "../support/long";
import { type Change, Managed } from "../support/managed";
import { readSql } from "../support/neon/proxy/sqlText";
import { EVERY_PLACE, type TestDatabase, useDatabase } from "../support/postgres/database";
import { openSession } from "../support/postgres/login";
import { type PostgresServer, type PostgresVersion, startPostgres } from "../support/postgres/servers";
import { newReadinessSource, type ReadinessSource, reportOn, wrong } from "../support/readiness/source";
import { sample } from "../support/sample";
import { recordWarnings } from "../support/warnings";

/** Other places in each run. */
const CHOSEN = sample(EVERY_PLACE, 2);

describe.each(CHOSEN)("all hostile settings at once on Postgres $version as $admin", ({ version, admin }) => {
  let place: LifePlace;
  let uri: string;
  let settings: HostileSetting[];
  let clean: Step[];

  beforeAll(async () => {
    place = await startPlace(version, admin);
    uri = place.wire.uri(place.db.uri);
    settings = await hostileSettings(place.db, admin);
    await makeSource(place.db);
    clean = await live(place, { ...PLAIN, uri });
  });
  afterAll(() => place?.stop());

  test("without them, a whole life ends and leaves nothing behind", () => {
    expect(failuresIn(clean)).toEqual([expect.stringContaining(REFUSED)]);
    expect(factsIn(clean, "after")).toEqual(factsIn(clean, "before"));
    expect(factsIn(clean, "created")).not.toEqual(factsIn(clean, "before"));
    expect(clean.flatMap(({ statements }) => statements).length).toBeGreaterThan(200);
  });

  test("they affect a client that does nothing against them", async () => {
    expect(settings.length).toBeGreaterThan(70);
    const { db } = place;
    const all = await impose(db, uri, settings);
    expect(await seenThere(all, "search_path", 0.2)).toMatch(/^failed: /);
    await lift(db);
    const mild = mildOf(settings);
    // The driver itself says which encoding it speaks.
    const names = [...new Set(mild.map(({ name }) => name))].filter((name) => name !== "client_encoding");
    const before = await seenBy({ ...PLAIN, uri }, names);
    const now = await seenBy(await impose(db, uri, mild), names);
    await lift(db);
    expect(names.filter((_name, number) => before[number] === now[number])).toEqual([]);
  });

  test("a whole life sends, returns, warns about and leaves the same", async () => {
    const hostile = await live(place, await impose(place.db, uri, settings)).finally(() => lift(place.db));
    figure(`Postgres ${version} as ${admin}: ${settings.length} settings at once over ${clean.length} steps`);
    expect(differences(clean, hostile).slice(0, 30)).toEqual([]);
    expect([clean, hostile].map(saysOtherMeaning)).toEqual([false, version >= 15]);
  });
});

describe("settings that this package leaves to the admin, on Postgres 17", () => {
  let db: TestDatabase;
  let place: LifePlace;
  let uri: string;

  beforeAll(async () => {
    place = await startPlace(17, "neon");
    ({ db } = place);
    uri = place.wire.uri(db.uri);
  });
  afterAll(() => place?.stop());

  test("a role that the admin sets counts: a life is the same as with a login as that role", async () => {
    await db.query(`create role other createrole createdb bypassrls replication in role neon_superuser`);
    await db.query(`alter role other login password '${PASSWORD}'`);
    // Without its rights, but for those that are put on.
    await db.query(`grant other to ${db.user} with inherit false`);
    await db.query(`grant all on database ${db.database} to other`);
    await db.query("alter schema public owner to other");
    const owner = await openSession(db, "other", PASSWORD);
    const asAdmin = async <T>(text: string) => (await owner.query(text)).rows as T[];
    const others = { ...place, db: { ...db, user: "other", asAdmin } };
    await makeSource(others.db);
    const direct = await live(others, { ...PLAIN, uri: place.wire.uri(db.uriOf("other", PASSWORD)) });
    expect(failuresIn(direct)).toEqual([expect.stringContaining(REFUSED)]);
    await db.query(`alter role ${db.user} set role = other`);
    const putOn = await live(others, { ...PLAIN, uri }).finally(() => lift(db));
    await owner.end();
    expect(differences(direct, putOn)).toEqual([]);
  });

  test("a read-only default counts: reads work, and writes fail with its name", async () => {
    recordWarnings();
    await db.query("create table public.kept (id int primary key)");
    await db.query(`alter table public.kept owner to ${db.user}`);
    const publication = new Managed("Publication", "kept", { "clickpipes:connectionUri": uri });
    await publication.up({ name: "kept", tables: ["public.kept"] });
    place.wire.cutAll();
    await db.query(`alter role ${db.user} set default_transaction_read_only = on`);
    expect(await publication.refresh()).toBe(false);
    await expect(publication.up({ name: "kept", tables: [] })).rejects.toThrow(/default_transaction_read_only/);
    await expect(publication.destroy()).rejects.toThrow(/default_transaction_read_only/);
    await lift(db);
    place.wire.cutAll();
    await publication.destroy();
  });
});

describe("printed SQL for the user to run, on Postgres 18", () => {
  const db = useDatabase(18, "neon");
  const args = { role: FOUND_ROLE, schemas: ["shop"] };

  beforeAll(() => makeSource(db));

  /** As a session writes it out in which nothing is set. */
  const policy = async () =>
    (await db.query("select pg_get_expr(polqual, polrelid) as text from pg_policy where polname = 'narrow'"))[0]?.text;
  const asItWas = () => db.asAdmin(`alter policy narrow on shop.hidden using (${POLICY})`);
  const uncovered = ({ outputs }: Change) =>
    (outputs.uncovered as { object: string; fix: string }[]).find(({ object }) => object === "shop.hidden");
  const ran = async (surroundings: Surroundings, statements: string[]) => {
    const client = await sessionThere(surroundings);
    for (const statement of statements) await client.query(statement);
    await client.end();
    return policy();
  };

  test.each([
    { how: "all at once, as an editor sends it", split: (text: string) => [text] },
    { how: "statement by statement, as psql does", split: (text: string) => readSql(text).map(({ text }) => text) },
  ])("means the same with all of these settings as without them: $how", async ({ split }) => {
    recordWarnings();
    await renew(db, "neon");
    await asItWas();
    const before = await policy();
    const grants = new Managed("ClickPipesGrants", fresh(), db.config);
    const statements = split(uncovered(await grants.up(args))?.fix ?? "");
    const meant = await ran({ ...PLAIN, uri: db.uri }, statements);
    expect(meant).not.toEqual(before);
    await asItWas();
    const hostile = await impose(db, db.uri, mildOf(await hostileSettings(db, "neon")));
    const made = await ran(hostile, statements).finally(() => lift(db));
    expect(made).toEqual(meant);
    expect(uncovered(await grants.up({ ...args, tables: ["public.orders"] }))).toBeUndefined();
    await grants.destroy();
  });
});

describe.each<[PostgresVersion, string]>([
  [14, "idle_session_timeout"],
  [17, "idle_session_timeout"],
  [17, "transaction_timeout"],
])("on Postgres %i the ClickPipes user's %s, which ClickPipes does not override,", (version, name) => {
  let server: PostgresServer;
  let source: ReadinessSource;

  beforeAll(async () => {
    recordWarnings();
    server = await startPostgres({ version, settings: { wal_level: "logical" } });
    source = await newReadinessSource(server);
  });
  afterEach(async () => {
    for (const where of ["role reader", "database postgres", "role reader in database postgres"])
      await source.run(`alter ${where} reset all`);
  });
  afterAll(async () => {
    await source?.stop();
    await server?.stop();
  });

  test.each(["role reader", "database postgres", "role reader in database postgres"])(
    "set for %s is a warning, with the ALTER ROLE that fixes it",
    async (where) => {
      expect(wrong(await reportOn(source))).toEqual([]);
      await source.run(`alter ${where} set ${name} = '200ms'`);
      const found = (await reportOn(source)).filter(({ status }) => status !== "ok");
      expect(found).toEqual([expect.objectContaining({ status: "warning", detail: expect.stringContaining(name) })]);
      expect(found[0]?.fix).toMatch(/ALTER ROLE "?reader"?/);
      await source.run(String(found[0]?.fix));
      expect(wrong(await reportOn(source))).toEqual([]);
    },
  );

  test("is distinguished from what ClickPipes overrides", async () => {
    for (const other of ["statement_timeout", "idle_in_transaction_session_timeout"])
      await source.run(`alter role reader set ${other} = '1ms'`);
    expect(wrong(await reportOn(source))).toEqual([]);
  });
});

describe("environment variables that the driver reads itself", () => {
  let place: LifePlace;
  let uri: string;
  let clean: Step[];

  beforeAll(async () => {
    place = await startPlace(18, "superuser");
    uri = place.wire.uri(place.db.uri);
    await makeSource(place.db);
    clean = await live(place, { ...PLAIN, uri });
  });
  afterAll(() => place?.stop());

  test.each(VARIABLES)("$name=$value changes nothing in a life", async (variable) => {
    const surroundings = await impose(place.db, uri, [variable]);
    expect(differences(clean, await live(place, surroundings))).toEqual([]);
  });
});

const saysOtherMeaning = (steps: Step[]): boolean =>
  steps.some(({ said }) => said.some((line) => OTHER_MEANING.test(line)));

function factsIn(steps: Step[], when: string): unknown {
  return steps.find(({ title }) => title === `facts ${when}`)?.result;
}

/** Without what cuts a session off before it can say anything, and without what only the ClickPipes user has. */
function mildOf(settings: HostileSetting[]): HostileSetting[] {
  return settings.filter(({ name, where }) => !/_timeout$/.test(name) && where !== "reader");
}

async function seenBy(surroundings: Surroundings, names: string[]): Promise<string[]> {
  const seen: string[] = [];
  for (const name of names) seen.push(await seenThere(surroundings, name));
  return seen;
}
