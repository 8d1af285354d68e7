import { afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  everyWordNames,
  failuresOf,
  isReportedAsBefore,
  isUnknown,
  isUntouched,
  outcomeOf,
  reportOf,
} from "../support/lock/answers";
import { LOCK_HOLDERS, type LockHolder, migration, settleAll, withoutWaiting } from "../support/lock/holder";
import { filterOf, type LockSource, makeHiding, makeManyHiding, newLockSource } from "../support/lock/source";
import { LONG } from "../support/long";
import { EVERY_PLACE, useDatabase } from "../support/postgres/database";
import { session } from "../support/postgres/session";
import { membersOf } from "../support/publication/publications";
import { recordWarnings, useWarnings } from "../support/warnings";

const PLACES = EVERY_PLACE.filter(
  ({ version, admin }) => admin === "superuser" || version === 17 || (LONG && version > 15),
);
const ALL_KINDS = Object.keys(LOCK_HOLDERS) as (keyof typeof LOCK_HOLDERS)[];
const POLICY = "alter policy named on shop.named_rows using (tenant = 'a' or current_user = 'reader')";
const HIDING_POLICY = "alter policy named on shop.named_rows using (tenant = 'a')";

describe.each(PLACES)("On Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin, { max_prepared_transactions: "4" });
  const said = useWarnings();
  // What takes long is run whole on the newest version and on Neon.
  const whole = LONG || version === 18 || admin === "neon";
  const KINDS = whole ? ALL_KINDS : ALL_KINDS.slice(0, 1);
  // The others hold them all at once only; a long run holds each alone everywhere.
  const alone = LONG ? KINDS : whole ? KINDS.slice(0, 1) : [];
  /** Row filters came with 15; before, there is no such test. */
  const withFilters: typeof test | (() => void) = version < 15 ? () => {} : test;
  let source: LockSource;
  let holder: LockHolder;

  beforeAll(async () => {
    recordWarnings();
    source = await newLockSource(db);
  });
  afterEach(async () => {
    await holder?.end();
    await settleAll();
    await db.query(POLICY);
  });

  const now = <T>(call: () => Promise<T>): Promise<T> => withoutWaiting(db, holder, call);

  test.each(KINDS)("%s: no other session can open one of the relations", async (kind) => {
    holder = await LOCK_HOLDERS[kind](db);
    await holder.hold(source.relations);
    expect(source.relations).toHaveLength(23);
    const other = await session(db.uri);
    await other.query("set lock_timeout = '5ms'");
    for (const relation of source.relations)
      await expect(other.query(`select from ${relation}`), relation).rejects.toMatchObject({ code: "55P03" });
    const written = "select pg_get_expr(polqual, polrelid) from pg_policy where polname = $1";
    for (const name of ["named", "linked", "narrow"])
      await expect(other.query(written, [name]), name).rejects.toMatchObject({ code: "55P03" });
    await other.query("set lock_timeout = 0");
    const waits = outcomeOf(now(() => other.query(written, ["named"])));
    expect(await waits).toMatch(/^waits for shop.named_rows: /);
    await holder.letGo();
    await other.end();
  });

  test.each(alone)("%s on one relation: no read waits", async (kind) => {
    holder = await LOCK_HOLDERS[kind](db);
    const failures: Record<string, string[]> = {};
    for (const relation of source.relations) {
      said.length = 0;
      await holder.hold([relation]);
      const calls = source.resources.map((resource) => [resource.title, () => isUntouched(resource, now)] as const);
      const reports = () => isReportedAsBefore(db, source, holder, now);
      const words = () => everyWordNames(holder, said);
      failures[relation] = await failuresOf({ ...Object.fromEntries(calls), reports, words });
      await holder.letGo();
      await settleAll();
    }
    expect(failures).toEqual(Object.fromEntries(source.relations.map((relation) => [relation, []])));
  });

  test.each(KINDS)("%s on all of them at once: no read waits", async (kind) => {
    holder = await LOCK_HOLDERS[kind](db);
    const firstPreviews = source.resources.map((resource) => () => outcomeOf(source.anew(resource)));
    const unlocked: string[] = [];
    for (const preview of firstPreviews) unlocked.push(await preview());
    await holder.hold(source.relations);
    for (const resource of source.resources) await isUntouched(resource, now);
    await isReportedAsBefore(db, source, holder, now);
    for (const [index, preview] of firstPreviews.entries()) {
      const outcome = await now(preview);
      if (!holder.isNamedIn(outcome)) expect(outcome).toBe(unlocked[index]);
    }
    await everyWordNames(holder, said);
    await holder.letGo();
    for (const { title, managed } of source.resources) expect(await managed.refresh(), title).toBe(false);
  });

  test("one locked table among many with the same problem does not change the sentence about them", async () => {
    const grants = source.another("ClickPipesGrants");
    await makeManyHiding(db, "many");
    const wish = { title: "many", managed: grants, args: { role: "reader", schemas: ["many"] } };
    await grants.up(wish.args);
    expect(await grants.refresh()).toBe(false);
    holder = await migration(db);
    await holder.hold(["many.t7"]);
    await isUntouched({ ...wish, changed: wish.args }, now).finally(async () => {
      await holder.letGo();
      await grants.destroy();
      await db.asAdmin("drop schema many cascade");
    });
  });

  test("a policy that the migration changes is found by the refresh after it, not before", async () => {
    const changing = await migration(db, HIDING_POLICY);
    holder = changing;
    const titles = ["ClickPipesGrants of a schema", "SourceReadiness of a list"];
    const concerned = titles.map((title) => source.under({}, title));
    await holder.hold(["shop.named_rows"]);
    for (const managed of concerned) expect(await now(() => managed.refresh())).toBe(false);
    await changing.commit();
    for (const managed of concerned) {
      expect(await managed.refresh()).toBe(true);
      expect(managed.drift).toEqual([expect.stringContaining("shop.named_rows")]);
    }
  });

  test("a policy that was changed before is reported, or reported as unknown, and never ignored", async () => {
    const grants = source.under({}, "ClickPipesGrants of a schema");
    const readiness = source.under({}, "SourceReadiness of a list");
    holder = await migration(db);
    await db.query(HIDING_POLICY);
    await holder.hold(["shop.named_rows"]);
    const tells = (text: string) => text.includes("shop.named_rows") && (!isUnknown(text) || holder.isNamedIn(text));
    await now(() => grants.refresh());
    expect([...grants.drift, ...said].filter(tells)).not.toEqual([]);
    await now(() => readiness.up(source.resource("SourceReadiness of a list").changed));
    const line = reportOf(readiness).find(({ check }) => check === "rowSecurity");
    expect(line?.status).not.toBe("ok");
    expect(tells(line?.detail ?? ""), line?.detail).toBe(true);
    expect(said.filter((text) => text.includes("rowSecurity") && tells(text))).not.toEqual([]);
  });

  withFilters("a row filter that was changed before is unknown, and reported once the lock is gone", async () => {
    const { managed: pub, args } = source.resource("Publication of a list");
    await db.query("alter publication listed drop table shop.filtered");
    await db.query("alter publication listed add table shop.filtered where (id > 20)");
    holder = await migration(db);
    await holder.hold(["shop.filtered"]);
    const hasty = source.under({ "clickpipes:lockTimeout": "0.3" }, "Publication of a list");
    await now(() => pub.refresh());
    expect(filterOf(pub)).toBe("id > 10");
    const refused = await outcomeOf(hasty.up({ ...args, comment: "read by ClickHouse" }));
    expect(holder.isNamedIn(refused), refused).toBe(true);
    const lines = [...pub.drift, ...said].filter((line) => line.includes("shop.filtered") && isUnknown(line));
    expect(lines.map((line) => holder.isNamedIn(line))).toContain(true);
    await holder.letGo();
    expect(await pub.refresh()).toBe(true);
    expect(filterOf(pub)).toBe("(id > 20)");
    expect((await pub.up(args)).kind).toBe("update");
    expect(await pub.refresh()).toBe(false);
    expect(filterOf(pub)).toBe("id > 10");
  });

  test("a change that affects none of them is made at once", async () => {
    const concerned = ["ClickPipesUser", "Publication of a list"].map(source.resource);
    holder = await migration(db);
    await holder.hold(source.relations);
    for (const { managed, args } of concerned) {
      for (const wish of [{ ...args, comment: "read by ClickHouse" }, args])
        expect((await now(() => managed.up(wish))).kind).toBe("update");
    }
    await everyWordNames(holder, said);
    await holder.letGo();
    for (const { managed } of concerned) expect(await managed.refresh()).toBe(false);
  });

  test.each(KINDS)("a change that needs a lock tries three times, names %s, and works after it", async (kind) => {
    const { title, args, changed } = source.resource("Publication of a list");
    const hasty = source.under({ "clickpipes:lockTimeout": "0.3" }, title);
    const before = structuredClone(hasty.state);
    const members = await membersOf(db, "listed");
    holder = await LOCK_HOLDERS[kind](db);
    await holder.hold(["shop.spare"]);
    await now(() => hasty.check(changed));
    const refused = await outcomeOf(hasty.up(changed));
    expect(refused).toMatch(
      /in 3 tries of 0\.3 s .*\nIt is held by .* \(user \w+, since 20[^)]*\).*\.\nThis transaction changed nothing\./,
    );
    expect(holder.isNamedIn(refused), refused).toBe(true);
    expect({ state: hasty.state, members: await membersOf(db, "listed") }).toEqual({ state: before, members });
    expect(await now(() => hasty.refresh())).toBe(false);
    expect(hasty.state).toEqual(before);
    await holder.letGo();
    expect((await hasty.up(changed)).kind).toBe("update");
    expect(await membersOf(db, "listed")).toEqual([...members, "shop.spare"].sort());
    await hasty.up(args);
    expect(await hasty.refresh()).toBe(false);
    source.resource(title).managed.state = hasty.state;
  });

  test("grants on a table whose policy cannot be read are refused, or report what the policy hides", async () => {
    const { title, args } = source.resource("ClickPipesGrants of a schema");
    const hasty = source.under({ "clickpipes:lockTimeout": "0.3" }, title);
    await makeHiding(db, "later.hidden");
    const wish = { ...args, tables: [...(args.tables as string[]), "later.hidden"] };
    holder = await migration(db);
    await holder.hold(["later.hidden", "shop.members"]);
    const outcome = await outcomeOf(hasty.up(wish));
    const told = outcome === "fine" ? said.filter((line) => line.includes("later.hidden")).join("\n") : outcome;
    expect(told === "" || (isUnknown(told) && !holder.isNamedIn(told)), `${outcome}: ${told}`).toBe(false);
    await holder.letGo();
    await hasty.up(wish);
    await hasty.refresh();
    expect(hasty.outputs.uncovered).toContainEqual(expect.objectContaining({ object: "later.hidden" }));
    await hasty.up(args);
    await db.asAdmin("drop schema later cascade");
    expect(await hasty.refresh()).toBe(false);
    source.resource(title).managed.state = hasty.state;
  });

  withFilters("a row filter that is still unknown does not prevent an adoption, and is kept", async () => {
    await db.asAdmin("create publication by_hand for table shop.filtered where (id > 5)");
    const adopting = source.another("Publication");
    const args = { name: "by_hand", adopt: true, tables: [{ schema: "shop", name: "filtered", where: "(id > 5)" }] };
    holder = await migration(db);
    await holder.hold(["shop.filtered"]);
    const preview = await now(() => outcomeOf(adopting.check(args)));
    if (preview !== "fine") expect(holder.isNamedIn(preview), preview).toBe(true);
    // As `.get()` reads what nobody manages.
    const found = source.another("Publication");
    found.state = { id: "by_hand", inputs: {}, outputs: { name: "by_hand" } };
    await now(() => found.refresh());
    await holder.letGo();
    await found.refresh();
    expect([filterOf(found), found.outputs.lost, found.drift]).toEqual(["(id > 5)", undefined, []]);
    expect((await adopting.up(args)).kind).toBe("create");
    expect(await adopting.refresh()).toBe(false);
    await adopting.destroy();
    await db.asAdmin("drop publication by_hand");
  });
});
