import { describe, expect, test } from "vitest";
import type { UnsafeTable } from "../../../provider/publication/sql/safety";
import { explainHazard } from "../../../provider/publication/sql/safety";
import type { Facts } from "../../../provider/readiness/checks/facts";
import { readinessReport } from "../../../provider/readiness/checks/report";
import type { NarrowedMember } from "../../../provider/readiness/sql/publication";
import { FACTS, TABLE, withTable, wrongIn } from "../../support/readiness/facts";

/** A published table that the pipe does not replicate. */
const RESYNC = "/* then resync the table, if a pipe reads it */";
const LOG = { schema: "public", name: "log" };
const MEMBER: NarrowedMember = {
  ...{ ...LOG, listed: ["id"], filter: null, filtered: false, filterHeldBy: null, partitions: [] },
};
const UNSAFE: UnsafeTable = {
  ...{ ...LOG, hazard: "noIdentity", columns: null, primaryKey: false, uniqueIndex: null, full: false },
  invalidIndex: null,
};
const ALTER = 'ALTER TABLE "public"."log"';
const FULL = `${ALTER} REPLICA IDENTITY FULL`;
const DEFAULT = `${ALTER} REPLICA IDENTITY DEFAULT`;
const ADD_AGAIN =
  'ALTER PUBLICATION "pipe" DROP TABLE "public"."log"; ALTER PUBLICATION "pipe" ADD TABLE "public"."log"';
const GENERATED = 'ALTER PUBLICATION "pipe" SET (publish_generated_columns = stored)';

const unsafe = (table: Partial<UnsafeTable>, facts: Partial<Facts> = {}): Facts => ({
  ...FACTS,
  ...facts,
  unsafe: [{ ...UNSAFE, ...table }],
});

describe("an unsafe published table", () => {
  test.each<{ that: string; table: Partial<UnsafeTable>; narrowed?: NarrowedMember[]; fix: string }>([
    { that: "has no identity at all", table: {}, fix: FULL },
    {
      that: "has a primary key and another identity",
      table: { hazard: "identityNothing", primaryKey: true },
      fix: DEFAULT,
    },
    {
      that: "has a unique index",
      table: { hazard: "identityDropped", uniqueIndex: "log_id_key" },
      fix: `${ALTER} REPLICA IDENTITY USING INDEX "log_id_key"`,
    },
    {
      that: "has an invalid index as its identity",
      table: { hazard: "invalidIndex", invalidIndex: "log_id_key" },
      fix: 'REINDEX INDEX CONCURRENTLY "public"."log_id_key"',
    },
    {
      that: "has only a deferrable key, and a column list, which FULL does not allow",
      table: { hazard: "deferrableKey" },
      narrowed: [MEMBER],
      fix: `BEGIN; ${ADD_AGAIN}; COMMIT ${RESYNC}; ${FULL}`,
    },
    {
      that: "has a column list under FULL, and a primary key",
      table: { hazard: "listUnderFull", primaryKey: true },
      narrowed: [MEMBER],
      fix: DEFAULT,
    },
    {
      that: "has a column list under FULL, and no key",
      table: { hazard: "listUnderFull" },
      narrowed: [MEMBER],
      fix: `BEGIN; ${ADD_AGAIN}; COMMIT ${RESYNC}`,
    },
    {
      that: "has a virtual column under FULL, and no key",
      table: { hazard: "virtualUnderFull" },
      fix: `${ALTER} ADD PRIMARY KEY (…)`,
    },
    {
      that: "has a virtual column under FULL, and a column list",
      table: { hazard: "virtualUnderFull" },
      narrowed: [MEMBER],
      fix: `${ALTER} ADD PRIMARY KEY (…)`,
    },
    {
      that: "has a column list without its key",
      table: { hazard: "listWithoutKey", columns: ["key"] },
      narrowed: [MEMBER],
      fix: `BEGIN; ${ADD_AGAIN} ("id", "key"); COMMIT ${RESYNC}`,
    },
    {
      that: "is a partition whose parent has a column list without the key",
      table: { hazard: "listWithoutKey", columns: ["key"], name: "log_1" },
      narrowed: [{ ...MEMBER, partitions: [{ schema: "public", name: "log_1" }] }],
      fix: `BEGIN; ${ADD_AGAIN} ("id", "key"); COMMIT ${RESYNC}`,
    },
    {
      that: "has a row filter outside its key, and could be FULL",
      table: { hazard: "filterBeyondKey", columns: ["line"], full: true },
      narrowed: [{ ...MEMBER, filter: "(line <> '')", filtered: true }],
      fix: FULL,
    },
    {
      that: "has a row filter outside its key, and cannot be FULL",
      table: { hazard: "filterBeyondKey", columns: ["line"] },
      narrowed: [{ ...MEMBER, filter: "(line <> '')", filtered: true }],
      fix: `BEGIN; ${ADD_AGAIN} ("id"); COMMIT ${RESYNC}`,
    },
    { that: "has a generated column under FULL", table: { hazard: "generatedUnderFull" }, fix: GENERATED },
    { that: "has a generated column in its key", table: { hazard: "generatedInKey" }, fix: GENERATED },
  ])("that $that is fixed by a statement", ({ table, narrowed = [], fix }) => {
    const one = { ...UNSAFE, ...table };
    const detail = `UPDATE or DELETE fails in the application: public.${one.name} ${explainHazard(one).problem}`;
    expect(wrongIn(unsafe(table, { narrowed }))).toEqual([
      { check: "applicationWrites", status: "blocked", detail, fix },
    ]);
  });

  test("only causes a warning if the program accepts it", () => {
    expect(wrongIn(unsafe({}, { allowUnsafeTables: true }))).toMatchObject([
      { check: "applicationWrites", status: "warning", fix: FULL },
    ]);
  });

  test("is reported once if the pipe replicates it without an identity, and the other line does not vouch for it", () => {
    const facts = withTable({ hasKey: false }, { unsafe: [{ ...UNSAFE, name: TABLE.name }] });
    expect(wrongIn(facts).map(({ check }) => check)).toEqual(["identity"]);
    expect(okOf(facts)).toBe("UPDATE and DELETE work on every other published table");
    expect(okOf(FACTS)).toBe("UPDATE and DELETE work on every published table");
  });

  test("whose row filter cannot be read has that and the lock's holder in its line", () => {
    const filterHeldBy = { pid: 7, user: "app", since: "12:00" };
    const narrowed = [{ ...MEMBER, filtered: true, filterHeldBy }];
    const facts = unsafe({ hazard: "listWithoutKey", columns: ["key"] }, { narrowed });
    const line = readinessReport(facts).find(({ check }) => check === "applicationWrites");
    expect(line).toMatchObject({
      unread: "the row filter is unknown for public.log, locked by pid 7 (user app, since 12:00)",
      fix: "check again when public.log is no longer locked; its row filter cannot be read now",
    });
  });
});

describe("a row filter that cannot be read", () => {
  test.each<{ what: string; member: Partial<NarrowedMember> }>([
    { what: "the table has no column list, so that the fix needs no filter", member: { listed: null } },
    { what: "it belongs to a table that is safe", member: { name: "safe" } },
  ])("is not mentioned if $what", ({ member }) => {
    const filterHeldBy = { pid: 7, user: "app", since: "12:00" };
    const narrowed = [{ ...MEMBER, filtered: true, filterHeldBy, ...member }];
    const line = readinessReport(unsafe({}, { narrowed })).find(({ check }) => check === "applicationWrites");
    expect(line).toMatchObject({ status: "blocked", fix: FULL });
    expect(line).not.toHaveProperty("unread");
  });
});

describe("a partitioned table whose future partitions will have no identity", () => {
  const facts = (table: Partial<typeof TABLE>) =>
    withTable(
      { kind: "p", identity: "f", hasKey: false, ...table },
      { unsafe: [{ ...UNSAFE, name: TABLE.name, hazard: "partitionsToCome" }] },
    );
  const found = (fix: string) => [
    {
      check: "futurePartitions",
      status: "warning",
      detail:
        "UPDATE or DELETE will fail in future partitions, which inherit a primary key but no other replica identity: public.orders",
      fix,
    },
  ];

  test("gets a primary key on the columns of its unique index", () => {
    expect(wrongIn(facts({ otherColumns: ["id"] }))).toEqual(
      found('ALTER TABLE "public"."orders" ADD PRIMARY KEY ("id")'),
    );
  });

  test("gets a primary key on columns that only you can name, if it has no unique index", () => {
    expect(wrongIn(facts({}))).toEqual(found('ALTER TABLE "public"."orders" ADD PRIMARY KEY (…)'));
  });
});

function okOf(facts: Facts): string | undefined {
  return readinessReport(facts).find(({ check }) => check === "applicationWrites")?.detail;
}
