import { describe, expect, test } from "vitest";
import { tableKey } from "../../../provider/postgres/sql/table";
import { readinessReport } from "../../../provider/readiness/checks/report";
import {
  blocked,
  type Case,
  FACTS,
  TABLE,
  warning,
  withServer,
  withTable,
  wrongIn,
} from "../../support/readiness/facts";

const NO_IDENTITY = "no usable primary key and no other replica identity: public.orders";
const ORDERS = 'ALTER TABLE "public"."orders"';
const AS_SNAPSHOT = { mode: "snapshot" } as const;
const LOCKED = { pid: 7, user: "app", since: "12:00" };
const HIDING = 'row-level security may hide rows from "reader", and the initial load would silently miss them';
const POLICY = `CREATE POLICY "reader reads all" ON "public"."orders" FOR SELECT TO "reader" USING (true) /* drop the policy before you destroy the user */`;

const CASES: Case[] = [
  {
    when: "a table with a key has REPLICA IDENTITY NOTHING",
    facts: withTable({ identity: "n" }),
    finds: [blocked("identity", NO_IDENTITY, `${ORDERS} REPLICA IDENTITY DEFAULT`)],
  },
  {
    when: "a partitioned table has no key, but a unique index",
    facts: withTable({ kind: "p", hasKey: false, otherIndex: "u", otherColumns: ["id"] }),
    finds: [blocked("identity", NO_IDENTITY, `${ORDERS} ADD PRIMARY KEY ("id")`)],
  },
  {
    when: "a partitioned table has no unique index",
    facts: withTable({ kind: "p", hasKey: false }),
    finds: [blocked("identity", NO_IDENTITY, `${ORDERS} ADD PRIMARY KEY (…)`)],
  },
  {
    when: "a table has no key, but a unique index",
    facts: withTable({ hasKey: false, otherIndex: "u", otherColumns: ["id"] }),
    finds: [blocked("identity", NO_IDENTITY, `${ORDERS} REPLICA IDENTITY USING INDEX "u"`)],
  },
  {
    when: "a table without a key has a virtual column, which FULL does not allow",
    facts: withTable({ hasKey: false, virtual: ["v"] }),
    finds: [blocked("identity", NO_IDENTITY, `${ORDERS} ADD PRIMARY KEY (…)`)],
  },
  {
    when: "a table has no key and no unique index",
    facts: withTable({ hasKey: false }),
    finds: [blocked("identity", NO_IDENTITY, `${ORDERS} REPLICA IDENTITY FULL`)],
  },
  {
    when: "the index of a replica identity was dropped",
    facts: withTable({ identity: "i" }),
    finds: [blocked("identity", NO_IDENTITY, `${ORDERS} REPLICA IDENTITY DEFAULT`)],
  },
  { when: "a replica identity has its index", facts: withTable({ identity: "i", hasIdentityIndex: true }), finds: [] },
  {
    when: "a table without a key has REPLICA IDENTITY FULL",
    facts: withTable({ identity: "f", hasKey: false }),
    finds: [],
  },
  {
    when: "a table in a snapshot has no key",
    facts: withTable({ hasKey: false, key: null }, AS_SNAPSHOT),
    finds: [
      blocked(
        "identity",
        "no key, so ClickPipes cannot order the table without `sortingKeys` or another engine: public.orders",
        `${ORDERS} REPLICA IDENTITY FULL`,
      ),
    ],
  },
  {
    when: "a table in a snapshot has no key, and its mapping an order of its own",
    facts: withTable({ hasKey: false, key: null }, { ...AS_SNAPSHOT, ordered: [tableKey(TABLE)] }),
    finds: [],
  },
  {
    when: "a table in a snapshot has REPLICA IDENTITY NOTHING",
    facts: withTable({ identity: "n" }, AS_SNAPSHOT),
    finds: [blocked("identity", NO_IDENTITY, `${ORDERS} REPLICA IDENTITY DEFAULT`)],
  },
  {
    when: "row-level security hides rows",
    facts: withTable({ rowSecurity: true, showsRows: false }),
    finds: [blocked("rowSecurity", `${HIDING}: public.orders`, POLICY)],
  },
  {
    when: "a restrictive policy hides rows as well",
    facts: withTable({ rowSecurity: true, showsRows: false, narrowedBy: [{ name: "few", qual: "(id > 5)" }] }),
    finds: [
      blocked(
        "rowSecurity",
        `${HIDING}: public.orders`,
        `${POLICY}; BEGIN; SET LOCAL search_path = pg_catalog, pg_temp; ` +
          `ALTER POLICY "few" ON "public"."orders" USING (((id > 5)) OR current_user = 'reader'); COMMIT`,
      ),
    ],
  },
  {
    when: "row-level security seems to hide rows, but a read without it succeeds",
    facts: withTable({ rowSecurity: true, showsRows: false, plain: "read" }),
    finds: [],
  },
  {
    when: "a locked table prevents reading its policies",
    facts: withTable({ rowsHeldBy: LOCKED }),
    finds: [
      warning(
        "rowSecurity",
        'whether row-level security hides rows from "reader" is unknown for public.orders, locked by pid 7 (user app, since 12:00)',
        "check again when the lock is released",
      ),
    ],
  },
  {
    when: "the key contains a generated column on Postgres 18",
    facts: withServer({ versionNumber: 180000 }, { tables: [{ ...TABLE, generatedInKey: true }] }),
    finds: [
      blocked(
        "generatedKey",
        "a generated column in the key arrives as NULL with every change: public.orders",
        'ALTER PUBLICATION "pipe" SET (publish_generated_columns = stored)',
      ),
    ],
  },
  {
    when: "the key contains a generated column, and another index could replace it",
    facts: withTable({ generatedInKey: true, otherIndex: "u" }),
    finds: [
      blocked(
        "generatedKey",
        "a generated column in the key arrives as NULL with every change: public.orders",
        `${ORDERS} REPLICA IDENTITY USING INDEX "u"`,
      ),
    ],
  },
  {
    when: "the key contains a generated column, and no index could replace it",
    facts: withTable({ generatedInKey: true }),
    finds: [
      blocked(
        "generatedKey",
        "a generated column in the key arrives as NULL with every change: public.orders",
        `create a unique index on other columns that are all NOT NULL, then ${ORDERS} REPLICA IDENTITY USING INDEX …`,
      ),
    ],
  },
];

describe("the report on what identifies and hides rows, if", () => {
  test.each(CASES)("$when", ({ facts, finds }) => {
    expect(wrongIn(facts)).toEqual(finds);
  });

  test("the key contains a generated column, the next line speaks only for other tables", () => {
    const okOf = (facts: typeof FACTS) =>
      readinessReport(facts).find(({ check }) => check === "generatedColumns")?.detail;
    expect(okOf(withTable({ generatedInKey: true, generated: ["total"] }))).toBe(
      "no other table has generated columns that later changes set to NULL",
    );
    expect(okOf(FACTS)).toBe("no table has generated columns that later changes set to NULL");
  });
});
