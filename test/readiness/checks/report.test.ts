import { describe, expect, test } from "vitest";
import type { Facts } from "../../../provider/readiness/checks/facts";
import { lastingReport, readinessReport } from "../../../provider/readiness/checks/report";
import { FACTS, TABLE, withServer, wrongIn } from "../../support/readiness/facts";

const OPEN = { xid: "42", seconds: 90, database: "app", pid: 7, user: "app", since: "12:00", gid: null };

describe("the report on a source", () => {
  test("warns of the timeouts that ClickPipes does not override, and how to remove them", () => {
    const timeouts = (transaction_timeout: string | null, idle_session_timeout: string) =>
      wrongIn({ ...FACTS, session: { acting: "reader", transaction_timeout, idle_session_timeout } });
    expect(timeouts("0", "0")).toEqual([]);
    expect(timeouts(null, "0")).toEqual([]);
    expect(timeouts("1min", "0")).toMatchObject([
      {
        ...{ check: "timeouts", status: "warning" },
        fix: 'ALTER ROLE "reader" IN DATABASE "app" SET transaction_timeout = 0',
      },
    ]);
    expect(timeouts("1min", "5s")[0]?.fix).toContain("SET idle_session_timeout = 0");
  });

  test("has one line per check, in a fixed order, and reports nothing if nothing is wrong", () => {
    expect(wrongIn(FACTS)).toEqual([]);
    const checks = readinessReport(FACTS).map(({ check }) => check);
    expect(checks.slice(0, 3)).toEqual(["version", "primary", "role"]);
    expect(new Set(checks).size).toBe(checks.length);
  });

  test("warns of the minor versions that break logical decoding, and blocks versions older than 12", () => {
    for (const [versionNumber, versionText] of [
      [170005, "17.5"],
      [160009, "16.9"],
      [140018, "14.18"],
    ] as const) {
      const [found] = wrongIn(withServer({ versionNumber, versionText }));
      expect(found).toMatchObject({ check: "version", status: "warning" });
      expect(found?.detail).toContain(`Postgres ${versionText} has a bug`);
    }
    expect(wrongIn(withServer({ versionNumber: 110022, versionText: "11.22" }))).toMatchObject([{ status: "blocked" }]);
    expect(wrongIn(withServer({ versionNumber: 170006, versionText: "17.6" }))).toEqual([]);
  });

  test("does not depend on what changes without you: minor versions, counts, transactions", () => {
    const later = withServer({ versionText: "17.11", walSenders: 3, slots: 4 }, { openTransactions: [OPEN] });
    expect(lastingReport(readinessReport(later), readinessReport(FACTS))).toEqual(readinessReport(FACTS));
    const more = { ...FACTS, tables: [TABLE, { ...TABLE, name: "items" }] };
    expect(readinessReport(more)).toEqual(readinessReport(FACTS));
  });

  test("names ten tables and counts the others, in a statement that runs", () => {
    const tables = Array.from({ length: 102 }, (_, i) => ({ ...TABLE, name: `t${i}`, selectable: false }));
    const [select] = wrongIn({ ...FACTS, tables });
    expect(select?.detail).toContain("public.t9 and 92 more");
    expect(select?.fix).toMatch(
      /^GRANT SELECT ON "public"."t0", .*, "public"."t99" TO "reader" -- and so on for 2 more$/,
    );
    const [ten] = wrongIn({ ...FACTS, tables: tables.slice(0, 10) });
    expect(ten?.fix).toMatch(/^GRANT SELECT ON "public"."t0", .*, "public"."t9" TO "reader"$/);
  });

  test("leaves out checks that make no sense: replication for a snapshot, privileges without a role", () => {
    const checks = (facts: Facts) => readinessReport(facts).map(({ check }) => check);
    expect(checks({ ...FACTS, mode: "snapshot" })).not.toContain("walLevel");
    expect(checks({ ...FACTS, mode: "snapshot" })).not.toContain("publication");
    const nobody = checks(withServer({ roleExists: false, replication: false }));
    for (const check of ["login", "usage", "select", "replicationRole"]) expect(nobody).not.toContain(check);
  });

  test("suggests what works on Neon, where ALTER SYSTEM is not allowed", () => {
    const fixes = wrongIn(withServer({ neon: true, walLevel: "replica", walSenders: 10 })).map(({ fix }) => fix);
    expect(fixes.join()).not.toContain("ALTER SYSTEM");
    expect(fixes[0]).toContain("resource LogicalReplication");
  });

  test("names the transactions that a new slot would wait for, and none once the slot exists", () => {
    const prepared = [
      { ...OPEN, pid: null, gid: "a" },
      { ...OPEN, pid: null, gid: "b", database: "other" },
    ];
    const open = withServer({}, { openTransactions: [OPEN, ...prepared] });
    expect(wrongIn(open)).toEqual([
      {
        check: "openTransactions",
        status: "warning",
        detail: "creating a slot waits for session 7 of app, open since 12:00",
        fix: "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.unnest(ARRAY[7]) AS pid -- or wait for them to end",
      },
      {
        check: "preparedTransactions",
        status: "warning",
        detail: "creating a slot waits for 'a' in database \"app\"; 'b' in database \"other\"",
        fix:
          "ROLLBACK PREPARED 'a'; in database \"other\": ROLLBACK PREPARED 'b' " +
          "-- or COMMIT PREPARED, as the application decides",
      },
    ]);
    const slot = { name: "mine", plugin: "pgoutput", here: true, active: true, reader: "reader", lost: false };
    expect(wrongIn({ ...open, slots: [slot] })).toEqual([]);
    expect(wrongIn({ ...open, slots: [{ ...slot, here: false }] })).toHaveLength(2);
  });

  test("keeps what the last up found about a transaction until it has ended", () => {
    const found = readinessReport({ ...FACTS, openTransactions: [OPEN] });
    const later = readinessReport({ ...FACTS, openTransactions: [{ ...OPEN, pid: 8, xid: "43" }] });
    expect(lastingReport(later, found)).toEqual(found);
    expect(lastingReport(readinessReport(FACTS), found)).toEqual(readinessReport(FACTS));
  });
});
