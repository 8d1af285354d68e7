import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Interruptions, type Story } from "../support/interruption";
import { logsIn } from "../support/login";

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

  function aUser(work: (name: string) => Story["work"], before?: (name: string) => Record<string, unknown>): Story {
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
      before: async () => before && lives.lasting.up(before(name)),
      work: work(name),
      async after() {
        const { state } = lives.lasting;
        if (!state) return roles();
        const { name: called, password, token } = state.outputs;
        const text = JSON.stringify(await roles());
        return {
          login: await logsIn(db, String(called), password),
          clean: !(await lives.lasting.refresh()),
          roles: JSON.parse(text.replaceAll(name, "NAME").replaceAll(String(token), "TOKEN")),
        };
      },
      async end() {
        await lives.lasting.destroy();
        expect(await roles()).toEqual([]);
      },
    };
  }

  test("is made the same", async () => {
    await scene.everywhere(() => aUser((name) => (user) => user.up({ name, comment: "reads", connectionLimit: 5 })));
  });

  test("is changed the same, its name and its password included", async () => {
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
});
