import { beforeAll, describe, expect, test } from "vitest";
import { figure } from "../support/long";
import { Managed } from "../support/managed";
import {
  admitPlanter,
  naively,
  PLANTED_LOG,
  plantBefore,
  plantedRuns,
  plantTypesBefore,
} from "../support/planted/code";
import { type Sent, statementsOf } from "../support/planted/statements";
import { OtherClient } from "../support/pooler/other";
import { type Pooler, type Startup, startPooler } from "../support/pooler/standIn";
import { useDatabase } from "../support/postgres/database";
import type { PostgresVersion } from "../support/postgres/servers";
import { runAt } from "../support/postgres/session";
import { SourceLife, STEPS, TABLES } from "../support/sourceLife";
import { useWarnings } from "../support/warnings";
import { startWire } from "../support/wire/recording";

/** What the pooler's session has from the login: another meaning for nearly all that is sent and answered. */
const HOSTILE = {
  search_path: "orafce, pg_catalog, public",
  datestyle: "German, DMY",
  intervalstyle: "sql_standard",
  timezone: "'Pacific/Chatham'",
  quote_all_identifiers: "on",
  standard_conforming_strings: "off",
  bytea_output: "escape",
  extra_float_digits: "-15",
  array_nulls: "off",
  transform_null_equals: "on",
  password_encryption: "md5",
  default_transaction_isolation: "serializable",
  statement_timeout: "'7min'",
  lock_timeout: "'6min'",
  jit: "on",
};

const PLACES: { version: PostgresVersion; startup: Startup }[] = [
  { version: 14, startup: "drops" },
  { version: 14, startup: "refuses" },
  { version: 18, startup: "drops" },
  { version: 18, startup: "refuses" },
];

describe.each(PLACES)("A pooler in front of Postgres $version that $startup settings", ({ version, startup }) => {
  const db = useDatabase(version, "superuser", PLANTED_LOG);
  useWarnings();
  let expected: unknown[];
  let statements: Sent[];

  beforeAll(async () => {
    // Each life's process listens for SIGINT, in this one process.
    process.setMaxListeners(0);
    await admitPlanter(db, "orafce");
    for (const statement of TABLES) await db.query(statement);
    await db.query("set search_path = pg_catalog");
  });

  const behindPooler = async (work: (pooler: Pooler) => Promise<void>, as = startup) => {
    const pooler = await startPooler(db.uri, as);
    try {
      await work(pooler);
    } finally {
      await pooler.stop();
    }
  };

  test("gives a life the same results as without one, with the recorded number of statements", async () => {
    expected = await lifeOf(db.uri);
    expect(expected).toContainEqual(expect.objectContaining({ Publication: expect.objectContaining({ name: "pub" }) }));
    await behindPooler(async ({ uri, port }) => {
      const wire = await startWire({ host: "127.0.0.1", port });
      statements = await statementsOf(wire, async () => expect(await lifeOf(wire.uri(uri))).toEqual(expected));
      await wire.stop();
    });
    expect(statements.length).toBeGreaterThan(40);
  });

  test("passes the settings of a careless client on to others", async () => {
    await behindPooler(async ({ uri }) => {
      const other = await OtherClient.connect(uri);
      const { otherwise } = await other.watching(() => runAt(uri, "set jit = off", "set role app", "select 1"));
      expect(otherwise).toContain("jit = off");
      expect(await other.finds()).toMatchObject({ state: { session: db.user, current: "app" } });
      await other.end();
    });
  });

  test("gives a life the same results in a session with other settings, and leaves these settings unchanged", async () => {
    await plantBefore(db, "orafce", statements);
    await plantTypesBefore(db, "orafce", statements);
    for (const [name, value] of Object.entries(HOSTILE)) await db.query(`alter role ${db.user} set ${name} = ${value}`);
    await behindPooler(async ({ uri, session }) => {
      for (const careless of ["select 1 = 1", "select set_config('jit', 'off', true)", "select 'a'::text"])
        expect(await naively(uri, careless), careless).toMatch(/^planted code was run/);
      const since = (await db.log()).length;
      const other = await OtherClient.connect(uri);
      const before = await other.finds();
      expect(before).toMatchObject({ settings: { DateStyle: "German, DMY", standard_conforming_strings: "off" } });
      const { asked, otherwise } = await other.watching(async () => expect(await lifeOf(uri)).toEqual(expected));
      expect(otherwise).toEqual([]);
      expect(await other.finds()).toEqual(before);
      expect(await plantedRuns(db, since)).toEqual([]);
      const [left] = await db.query("select state, xact_start from pg_stat_activity where pid = $1", [session.pid]);
      expect(left).toEqual({ state: "idle", xact_start: null });
      figure(`the other client asked ${asked} times meanwhile; the session changed hands ${session.handovers} times`);
      expect(session.handovers).toBeGreaterThan(STEPS.length * 2);
      await other.end();
    });
  });

  test("that refuses every setting is named together with the setting, and is not tried over and over", async () => {
    await behindPooler(async (pooler) => {
      const user = new Managed("ClickPipesUser", "user", { "clickpipes:connectionUri": pooler.uri });
      const message = await user.up({ name: "reader" }).then(String, (error: Error) => error.message);
      expect(message.match(/unsupported startup parameter: application_name/g)).toHaveLength(1);
      // With settings of ours and without, in the preview, and once more to make it.
      expect(pooler.logins).toBeLessThanOrEqual(3);
    }, "refuses all");
  });
});

/** What each step of a life over this connection came to, and whether a refresh found it otherwise. */
async function lifeOf(uri: string): Promise<unknown[]> {
  const source = new SourceLife({ "clickpipes:connectionUri": uri });
  const came: unknown[] = [];
  for (const step of STEPS) {
    await source.run(step);
    if (step.verb !== "delete") came.push(await source.resource(step.kind).refresh());
    came.push(source.outputs);
  }
  return came;
}
