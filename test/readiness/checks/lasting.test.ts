import { describe, expect, test } from "vitest";
import type { ReadinessCheck } from "../../../provider/readiness/check";
import type { Facts } from "../../../provider/readiness/checks/facts";
import { currentReport, lastingReport, readinessReport } from "../../../provider/readiness/checks/report";
import { blocked, FACTS, TABLE, warning, withPublication, withServer, withTable } from "../../support/readiness/facts";

/** What a refresh keeps for the check of `last`, if the source is now like `facts`. */
function keptOf(last: ReadinessCheck, facts: typeof FACTS): ReadinessCheck | undefined {
  return lastingReport(readinessReport(facts), [last]).find(({ check }) => check === last.check);
}

/** What a report that is made now shows for row-level security. */
function shownOf(facts: typeof FACTS): ReadinessCheck | undefined {
  return currentReport(readinessReport(facts)).find(({ check }) => check === "rowSecurity");
}

const UNREADABLE = withTable({ selectable: false });
const GRANT = 'GRANT SELECT ON "public"."orders" TO "reader"';
const LOCKED = { pid: 7, user: "app", since: "12:00" };

describe("a refresh", () => {
  test("replaces a line that is no longer true, even if its status is the same", () => {
    const broken = { schema: TABLE.schema, name: TABLE.name, hazard: "noIdentity" };
    const facts = withTable({ hasKey: false }, { unsafe: [broken as Facts["unsafe"][number]] });
    const [last] = readinessReport(FACTS).filter(({ check }) => check === "applicationWrites");
    expect(last).toMatchObject({ status: "ok", detail: "UPDATE and DELETE work on every published table" });
    expect(keptOf(last as ReadinessCheck, facts)).toMatchObject({
      status: "ok",
      detail: "UPDATE and DELETE work on every other published table",
    });
  });

  test.each([
    {
      what: "the table is another one",
      last: blocked("select", 'role "reader" cannot read all columns of: public.items', GRANT),
      facts: UNREADABLE,
    },
    {
      what: "the fix is another one",
      last: blocked("select", 'role "reader" cannot read all columns of: public.orders', "GRANT ALL"),
      facts: UNREADABLE,
    },
    {
      what: "the status is another one",
      last: { ...blocked("select", 'role "reader" can read all tables', ""), status: "ok" as const },
      facts: UNREADABLE,
    },
    {
      what: "the number is another one",
      last: warning(
        "connectionLimit",
        'role "reader" is limited to 1 connections; the initial load uses several',
        'ALTER ROLE "reader" CONNECTION LIMIT -1',
      ),
      facts: withServer({ connectionLimit: 2 }),
    },
    {
      what: "the setting is another one",
      last: blocked(
        "walLevel",
        "wal_level = minimal",
        "ALTER SYSTEM SET wal_level = 'logical' -- and restart the server",
      ),
      facts: withServer({ walLevel: "replica" }),
    },
    {
      what: "other operations are missing",
      last: warning(
        "operations",
        "not published: update, delete",
        `ALTER PUBLICATION "pipe" SET (publish = 'insert, update, delete, truncate')`,
      ),
      facts: withPublication({ missingOperations: ["delete"] }),
    },
    {
      what: "the version is another one",
      last: { check: "version", status: "ok" as const, detail: "Postgres 16", fix: "" },
      facts: FACTS,
    },
  ])("replaces a line if $what", ({ last, facts }) => {
    const now = readinessReport(facts).find(({ check }) => check === last.check);
    expect(keptOf(last, facts)).toEqual(now);
    expect(now).not.toEqual(last);
  });

  test.each([
    { last: "ok", now: "warning", kept: true },
    { last: "blocked", now: "warning", kept: true },
    { last: "blocked", now: "blocked", kept: true },
    { last: "ok", now: "blocked", kept: false },
  ] as const)(
    "with a table locked, a line that was $last and is $now now: is it kept? $kept",
    ({ last, now, kept }) => {
      const before: ReadinessCheck = { check: "rowSecurity", status: last, detail: "as it was", fix: "" };
      const locked = { ...TABLE, name: "locked", rowsHeldBy: LOCKED };
      const hidden = { ...TABLE, rowSecurity: now === "blocked", showsRows: now !== "blocked" };
      const after = keptOf(before, { ...FACTS, tables: [locked, hidden] });
      if (kept) expect(after).toEqual(before);
      else expect(after).toMatchObject({ status: now });
      expect(after).not.toHaveProperty("unread");
    },
  );
});

describe("a report that is made now", () => {
  const locked = { ...TABLE, name: "locked", rowsHeldBy: LOCKED };
  const unknown =
    'whether row-level security hides rows from "reader" is unknown for public.locked, locked by pid 7 (user app, since 12:00)';

  test("adds what is unknown to what was found", () => {
    const hidden = { ...TABLE, rowSecurity: true, showsRows: false };
    const { detail } = shownOf({ ...FACTS, tables: [hidden] }) ?? {};
    expect(shownOf({ ...FACTS, tables: [locked, hidden] })?.detail).toBe(`${detail}; ${unknown}`);
  });

  test.each([
    { count: 5, ends: "public.t4, locked by pid 7 (user app, since 12:00)" },
    { count: 6, ends: "public.t4, locked by pid 7 (user app, since 12:00) and others" },
  ])("names five locked tables of $count", ({ count, ends }) => {
    const tables = Array.from({ length: count }, (_, i) => ({ ...locked, name: `t${i}` }));
    expect(
      shownOf({ ...FACTS, tables })
        ?.detail.split("), ")
        .at(-1),
    ).toBe(ends);
  });

  test("says what is unknown once if nothing else was found", () => {
    expect(shownOf({ ...FACTS, tables: [locked] })).toEqual({
      check: "rowSecurity",
      status: "warning",
      detail: unknown,
      fix: "check again when the lock is released",
    });
  });
});
