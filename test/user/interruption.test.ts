import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Interruptions, type Story } from "../support/interruption";
import { logsIn } from "../support/postgres/login";

const THEIRS = "Grand-Ocean7_tulip!Quartz42";

describe("a user, cut off or killed at any statement, as a Neon-like admin", () => {
  let scene: Interruptions;
  let count = 0;

  beforeAll(async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    scene = await Interruptions.start(18, "neon");
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await scene?.stop();
  });

  /** `found` means that the role existed before, and that it stays after the delete. */
  function aUser(
    work: (name: string) => Story["work"],
    before?: (name: string) => Record<string, unknown>,
    found = false,
  ): Story {
    const { db } = scene;
    const name = `user_${++count}`;
    const lives = scene.lives("ClickPipesUser", name);
    const roles = () =>
      db.query(
        `select rolname as name, rolcanlogin, rolreplication, rolsuper, rolconnlimit, rolvaliduntil,
                shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname ~ $1`,
        [`^${name}(_|$)`],
      );
    return {
      ...lives,
      async before() {
        if (found) await db.asAdmin(`create role ${name} login password '${THEIRS}' connection limit 4`);
        if (before) await lives.lasting.up(before(name));
        // A delete waits for the login that proved the password to end. It would then send more statements than in other runs.
        const sessions = "select from pg_stat_activity where usename = $1";
        await vi.waitFor(async () => expect(await db.query(sessions, [name])).toEqual([]), { timeout: 10_000 });
      },
      work: work(name),
      async after() {
        const { state } = lives.lasting;
        const { name: called, password, token = "none" } = state?.outputs ?? {};
        const text = JSON.stringify(await roles());
        return {
          login: state && (await logsIn(db, String(called), password)),
          clean: state && !(await lives.lasting.refresh()),
          roles: JSON.parse(text.replaceAll(name, "NAME").replaceAll(String(token), "TOKEN")),
        };
      },
      async end() {
        await lives.lasting.destroy();
        if (found) await db.asAdmin(`drop role ${name}`);
        expect(await roles()).toEqual([]);
      },
    };
  }

  test("is created the same", async () => {
    await scene.everywhere(() => aUser((name) => (user) => user.up({ name, comment: "reads", connectionLimit: 5 })));
  });

  test("is changed the same, including its name and its password", async () => {
    await scene.everywhere(() =>
      aUser(
        (name) => (user) => user.up({ name: `${name}_new`, comment: "new", connectionLimit: 5, passwordVersion: 2 }),
        (name) => ({ name, comment: "reads" }),
      ),
    );
  });

  test("is dropped", async () => {
    await scene.everywhere(() =>
      aUser(
        () => (user) => user.destroy(),
        (name) => ({ name }),
      ),
    );
  });

  const adopted = (name: string) => ({ name, adopt: true, passwordVersion: 1, connectionLimit: 9, comment: "ours" });

  test("is adopted the same", async () => {
    await scene.everywhere(() => aUser((name) => (user) => user.up(adopted(name)), undefined, true));
  });

  test("is restored", async () => {
    await scene.everywhere(() => aUser(() => (user) => user.destroy(), adopted, true));
  });
});
