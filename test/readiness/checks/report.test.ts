import { describe, expect, test } from "vitest";
import type { Facts } from "../../../provider/readiness/checks/facts";
import { lastingReport, readinessReport } from "../../../provider/readiness/checks/report";
import type { TableFacts } from "../../../provider/readiness/sql/tables";

const TABLE: TableFacts = {
  ...{ schema: "public", name: "orders", exists: true, kind: "r", persistent: true, partition: false },
  ...{ usage: true, selectable: true, columns: null, rowSecurity: false, identity: "d", hasKey: true },
  ...{
    hasIdentityIndex: false,
    otherIndex: null,
    otherColumns: null,
    generated: [],
    virtual: [],
    generatedInKey: false,
  },
  ...{
    member: true,
    published: true,
    publishedParent: null,
    listed: null,
    filter: null,
    unpublishedColumns: [],
    unknownColumns: [],
    showsRows: true,
    narrowedBy: [],
    rowsHeldBy: null,
    filtered: false,
    filterHeldBy: null,
  },
};

const FACTS: Facts = {
  ...{ role: "reader", publication: "pipe", mode: "cdc", mapped: false, slots: [], tables: [TABLE], unsafe: [] },
  ...{ login: undefined, replication: undefined, timeouts: undefined, narrowed: [], openTransactions: [] },
  server: {
    ...{ versionNumber: 170010, versionText: "17.10", database: "app", neon: false, inRecovery: false },
    ...{
      walLevel: "logical",
      maxWalSenders: 10,
      walSenders: 0,
      maxSlots: 10,
      slots: 0,
      roleExists: true,
      canLogin: true,
    },
    ...{ replication: true, expired: false, connectionLimit: -1, bypassRls: false, mayConnect: true },
  },
  pub: { exists: true, viaRoot: true, missingOperations: [], ofSchemas: false },
};

const OPEN = { xid: "42", seconds: 90, database: "app", pid: 7, user: "app", since: "12:00", gid: null };

const withServer = (server: Partial<Facts["server"]>, facts: Partial<Facts> = {}): Facts => ({
  ...FACTS,
  ...facts,
  server: { ...FACTS.server, ...server },
});
const wrong = (facts: Facts) => readinessReport(facts).filter(({ status }) => status !== "ok");

describe("the report on a source", () => {
  test("warns of the time-outs that ClickPipes does not override, and says how to take them away", () => {
    const timeouts = (transaction_timeout: string | null, idle_session_timeout: string) =>
      wrong({ ...FACTS, timeouts: { transaction_timeout, idle_session_timeout } });
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

  test("has one line a check, in a fixed order, and no fix where nothing is wrong", () => {
    expect(wrong(FACTS)).toEqual([]);
    const checks = readinessReport(FACTS).map(({ check }) => check);
    expect(checks.slice(0, 3)).toEqual(["version", "primary", "role"]);
    expect(new Set(checks).size).toBe(checks.length);
  });

  test("warns of the minor versions that break logical decoding, and blocks what is older than 12", () => {
    for (const [versionNumber, versionText] of [
      [170005, "17.5"],
      [160009, "16.9"],
      [140018, "14.18"],
    ] as const) {
      const [found] = wrong(withServer({ versionNumber, versionText }));
      expect(found).toMatchObject({ check: "version", status: "warning" });
      expect(found?.detail).toContain(`Postgres ${versionText} has a bug`);
    }
    expect(wrong(withServer({ versionNumber: 110022, versionText: "11.22" }))).toMatchObject([{ status: "blocked" }]);
    expect(wrong(withServer({ versionNumber: 170006, versionText: "17.6" }))).toEqual([]);
  });

  test("says nothing of what changes by itself: minor versions, counts, transactions", () => {
    const later = withServer({ versionText: "17.11", walSenders: 3, slots: 4 }, { openTransactions: [OPEN] });
    expect(lastingReport(readinessReport(later), readinessReport(FACTS))).toEqual(readinessReport(FACTS));
    const more = { ...FACTS, tables: [TABLE, { ...TABLE, name: "items" }] };
    expect(readinessReport(more)).toEqual(readinessReport(FACTS));
  });

  test("names ten tables and counts the others, in a statement that runs", () => {
    const tables = Array.from({ length: 12 }, (_, i) => ({ ...TABLE, name: `t${i}`, selectable: false }));
    const [select] = wrong({ ...FACTS, tables });
    expect(select?.detail).toContain("public.t9 and 2 more");
    expect(select?.fix).toMatch(/; GRANT SELECT ON "public"."t9" TO "reader" -- and so on for 2 more$/);
  });

  test("leaves out what means nothing: replication without changes, rights without a role", () => {
    const checks = (facts: Facts) => readinessReport(facts).map(({ check }) => check);
    expect(checks({ ...FACTS, mode: "snapshot" })).not.toContain("walLevel");
    expect(checks({ ...FACTS, mode: "snapshot" })).not.toContain("publication");
    const nobody = checks(withServer({ roleExists: false, replication: false }));
    for (const check of ["login", "usage", "select", "replicationRole"]) expect(nobody).not.toContain(check);
  });

  test("mends Neon by Neon's ways, where ALTER SYSTEM is nobody's", () => {
    const fixes = wrong(withServer({ neon: true, walLevel: "replica", walSenders: 10 })).map(({ fix }) => fix);
    expect(fixes.join()).not.toContain("ALTER SYSTEM");
    expect(fixes[0]).toContain("resource LogicalReplication");
  });

  test("names the transactions that a new slot would wait for, and stops when there is one", () => {
    const prepared = [
      { ...OPEN, pid: null, gid: "a" },
      { ...OPEN, pid: null, gid: "b", database: "other" },
    ];
    const open = withServer({}, { openTransactions: [OPEN, ...prepared] });
    expect(wrong(open)).toEqual([
      {
        check: "openTransactions",
        status: "warning",
        detail: "making a slot waits for session 7 of app, open since 12:00",
        fix: "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.unnest(ARRAY[7]) AS pid -- or wait for them to end",
      },
      {
        check: "preparedTransactions",
        status: "warning",
        detail: "making a slot waits for 'a' of database \"app\"; 'b' of database \"other\"",
        fix:
          "ROLLBACK PREPARED 'a'; in database \"other\": ROLLBACK PREPARED 'b' " +
          "-- or COMMIT PREPARED, as the application decides",
      },
    ]);
    const slot = { name: "peerflow_slot_a", plugin: "pgoutput", here: true, active: false, reader: null, lost: false };
    expect(wrong({ ...open, slots: [slot] })).toEqual([]);
    expect(wrong({ ...open, slots: [{ ...slot, here: false }] })).toHaveLength(2);
  });

  test("keeps of a transaction what the last up found, until it is over", () => {
    const found = readinessReport({ ...FACTS, openTransactions: [OPEN] });
    const later = readinessReport({ ...FACTS, openTransactions: [{ ...OPEN, pid: 8, xid: "43" }] });
    expect(lastingReport(later, found)).toEqual(found);
    expect(lastingReport(readinessReport(FACTS), found)).toEqual(readinessReport(FACTS));
  });
});
