import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { type LifePlace, live, startPlace } from "../support/hostile/life";
import { differences, OTHER_MEANING, type Step } from "../support/hostile/record";
import { type HostileSetting, hostileSettings, MEANING, type Where } from "../support/hostile/settings";
import { CONDITIONS, FOUND_ROLE, makeSource, PASSWORD, renew } from "../support/hostile/source";
import { impose, lift, PLAIN, type Surroundings, seenThere, sessionThere } from "../support/hostile/surroundings";
import { figure, LONG } from "../support/long";
import { Managed } from "../support/managed";
import { EVERY_PLACE, type Place } from "../support/postgres/database";
import { recordWarnings } from "../support/warnings";

/** Whose settings the admin's own sessions have. */
const ADMINS: Where[] = ["role", "database", "uri"];
/** Each condition by itself, and behind one with a quote in it. */
const FILTERS = [...CONDITIONS, String.raw`s <> E'it\'s' and d < '01/02/2024'`];
const PLACES: Place[] = LONG ? EVERY_PLACE : [{ version: 18, admin: "neon" }];

describe.each(PLACES)("each hostile setting on its own, on Postgres $version as $admin", ({ version, admin }) => {
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

  test("without any setting, a second life is the same as the first", async () => {
    expect(differences(clean, await live(place, { ...PLAIN, uri }))).toEqual([]);
  });

  test("each affects a client that does nothing against it", async () => {
    const { db } = place;
    await renew(db, admin);
    const unseen: string[] = [];
    for (const setting of settings) {
      const { name, where } = setting;
      // The driver itself says which encoding it speaks.
      if (name === "client_encoding") continue;
      const login = where === "reader" ? place.wire.uri(db.uriOf(FOUND_ROLE, PASSWORD)) : uri;
      const without = await seenThere({ ...PLAIN, uri: login }, name);
      const surroundings = await impose(db, login, [setting], FOUND_ROLE);
      if ((await seenThere(surroundings, name)) === without) unseen.push(titleOf(setting));
      await lift(db, FOUND_ROLE);
    }
    expect(unseen).toEqual([]);
  });

  // Row filters came with Postgres 15.
  test.each(version < 15 ? [] : [version])(
    "a preview on %i warns about every filter that means something else in other sessions",
    async () => {
      const { db } = place;
      await renew(db, admin);
      const plain = await readingsBy({ ...PLAIN, uri });
      const found = { missed: [] as string[], needless: [] as string[] };
      for (const setting of settings.filter((one) => MEANING.includes(one) && ADMINS.includes(one.where))) {
        const surroundings = await impose(db, uri, [setting]);
        const readings = await readingsBy(surroundings);
        for (const [number, text] of FILTERS.entries()) {
          const isOther = readings[number] !== undefined && readings[number] !== plain[number];
          const isSaid = (await saidOf(text, surroundings.uri)).some((line) => OTHER_MEANING.test(line));
          if (isOther !== isSaid) found[isOther ? "missed" : "needless"].push(`${titleOf(setting)}: ${text}`);
        }
        // For the next one, who is to log in anew.
        place.wire.cutAll();
        await lift(db);
      }
      figure(`needless: ${found.needless.join("; ") || "none"}`);
      expect(plain).not.toContain(undefined);
      expect(found.missed).toEqual([]);
    },
  );

  /** What a session makes of each filter; undefined where it is refused. */
  async function readingsBy(surroundings: Surroundings): Promise<(string | undefined)[]> {
    const client = await sessionThere(surroundings);
    const readings: (string | undefined)[] = [];
    for (const text of FILTERS) {
      await client.query("begin");
      const made = client.query(`create publication reading for table shop.filtered where (${text})`);
      const tree = "pg_catalog.regexp_replace(prqual::text, ':location -?[0-9]+', '', 'g')";
      const stored = `select ${tree} as tree from pg_catalog.pg_publication_rel r
        join pg_catalog.pg_publication p on p.oid = r.prpubid where p.pubname = 'reading'`;
      readings.push(await made.then(async () => (await client.query(stored)).rows[0]?.tree).catch(() => undefined));
      await client.query("rollback");
    }
    await client.end();
    return readings;
  }

  async function saidOf(where: string, connectionUri: string): Promise<string[]> {
    const said = recordWarnings();
    // Each of another stack, since two resources of one program may not name the same publication.
    const config = { "clickpipes:connectionUri": connectionUri };
    const publication = new Managed("Publication", fresh(), config, { stack: fresh() });
    await publication.check({ name: "reading", tables: [{ schema: "shop", name: "filtered", where }] });
    return said;
  }

  test("a whole life under each sends, returns, warns about and leaves the same", { timeout: 3_600_000 }, async () => {
    const found: string[] = [];
    for (const setting of settings) {
      const life = await live(place, await impose(place.db, uri, [setting])).finally(() => lift(place.db));
      const [first, ...more] = differences(clean, life);
      if (first !== undefined) found.push(`${titleOf(setting)}: ${first} (and ${more.length} more)`);
    }
    figure(`${settings.length} settings, a whole life under each`);
    expect(found).toEqual([]);
  });
});

function titleOf({ name, value, where }: HostileSetting): string {
  return `${name} = ${value} (${where})`;
}
