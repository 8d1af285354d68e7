import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Interruptions, type Story } from "../support/interruption";
import { dependenciesOn, rightsOf } from "../support/postgres/rights";

const FIRST = { schemas: ["app"], tables: ["two.t"] };
const SECOND = { tables: ["two.t", "two.u", { schema: "app", name: "lines", columns: ["id"] }] };

describe("grants by a Neon-like admin, cut off or killed at any statement,", () => {
  let scene: Interruptions;
  let count = 0;

  beforeAll(async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    scene = await Interruptions.start(18, "neon");
    const { db } = scene;
    await db.asAdmin("create schema app; create table app.orders (id int); create table app.lines (id int, price int)");
    await db.asAdmin(
      "create schema two; create table two.t (id int); create table two.u (id int) partition by list (id)",
    );
    await db.asAdmin("create schema three; create table three.leaf partition of two.u for values in (1)");
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await scene?.stop();
  });

  function someGrants(work: (role: string) => Story["work"], before?: object): Story {
    const { db } = scene;
    const role = `role_${++count}`;
    const lives = scene.lives("ClickPipesGrants", role);
    return {
      ...lives,
      async before() {
        await db.asAdmin(`create role ${role}; create role ${role}_next`);
        if (before) await lives.lasting.up({ ...before, role });
      },
      work: work(role),
      async after() {
        const rows = await db.query(
          "select shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname ~ $1 order by rolname",
          [`^${role}(_|$)`],
        );
        const { state } = lives.lasting;
        const text = JSON.stringify({
          rows,
          found: state?.outputs.found,
          rights: await rightsOf(db, role),
          next: await rightsOf(db, `${role}_next`),
        });
        return {
          clean: state && !(await lives.lasting.refresh()),
          text: text.replaceAll(role, "ROLE").replaceAll(String(state?.outputs.token ?? "none"), "TOKEN"),
        };
      },
      async end() {
        await lives.lasting.destroy();
        for (const name of [role, `${role}_next`]) {
          expect([await rightsOf(db, name), await dependenciesOn(db, name)]).toEqual([[], 0]);
          await db.asAdmin(`drop role ${name}`);
        }
      },
    };
  }

  test("are granted the same", async () => {
    await scene.everywhere(() => someGrants((role) => (grants) => grants.up({ ...FIRST, role })));
  });

  test("are changed the same", async () => {
    await scene.everywhere(() => someGrants((role) => (grants) => grants.up({ ...SECOND, role }), FIRST));
  });

  test("are moved to another role the same", async () => {
    await scene.everywhere(() =>
      someGrants((role) => (grants) => grants.up({ ...SECOND, role: `${role}_next` }), FIRST),
    );
  });

  test("are revoked", async () => {
    await scene.everywhere(() => someGrants(() => (grants) => grants.destroy(), FIRST));
  });

  /** Killed while it creates, and resumed under other arguments: the same as an update to those. */
  function resumed(changed: object): () => Story {
    return () => {
      const story: Story = someGrants((role) => async (grants) => {
        await grants.up({ ...(grants === story.doomed ? FIRST : changed), role });
      });
      return {
        ...story,
        async after() {
          await story.lasting.up({ ...changed, role: story.lasting.outputs.role });
          return story.after();
        },
      };
    };
  }

  test.each([
    { what: "tables", changed: SECOND },
    { what: "schemas", changed: { schemas: ["two"], tables: ["app.orders"] } },
    { what: "owners", changed: { ...FIRST, objectOwners: [] } },
  ])("are granted the same if the program was changed to other $what after that", async ({ changed }) => {
    await scene.everywhere(resumed(changed));
  });

  test("are revoked from a role that the program no longer names, on the way that the warning names", async () => {
    const path = "acme:index:Orders";
    await scene.everywhere(() => {
      const story: Story = someGrants((role) => async (grants) => {
        const isFirst = grants === story.doomed;
        await grants.up({ ...FIRST, path, role: isFirst ? role : `${role}_next` });
      });
      return {
        ...story,
        async after() {
          const { role } = story.lasting.outputs;
          const first = String(role).replace(/_next$/, "");
          for (const name of [first, `${first}_next`]) await story.lasting.up({ ...FIRST, path, role: name });
          return story.after();
        },
      };
    });
  });

  test("of an update that was killed after its COMMIT are revoked by destroy, and by an update to another scope", async () => {
    for (const end of ["destroy", "update"]) {
      const story = someGrants(() => async () => {}, FIRST);
      await story.before();
      const { lasting, doomed } = story;
      doomed.state = lasting.state;
      const role = String(lasting.outputs.role);
      await doomed.up({ ...SECOND, role });
      if (end === "update") {
        await lasting.up({ role, tables: ["app.orders"] });
        expect(await rightsOf(scene.db, role)).toEqual([
          `SELECT on app.orders by ${scene.db.user}`,
          `USAGE on app by ${scene.db.user}`,
        ]);
      }
      await story.end();
    }
  });
});
