import { describe, expect, test } from "vitest";
import type { Facts } from "../../../provider/readiness/checks/facts";
import type { TableFacts } from "../../../provider/readiness/sql/tables";
import {
  blocked,
  type Case,
  FACTS,
  TABLE,
  warning,
  withPublication,
  withServer,
  withTable,
  wrongIn,
} from "../../support/readiness/facts";

const RESYNC = "/* then resync the table, if a pipe reads it */";
const PIPE = 'ALTER PUBLICATION "pipe"';
const DROP_ORDERS = `${PIPE} DROP TABLE "public"."orders"; ${PIPE} ADD TABLE "public"."orders"`;
const VIA_ROOT = `${PIPE} SET (publish_via_partition_root = true)`;
const NOT_THERE = { published: false, member: false };
const LOCKED = { pid: 7, user: "app", since: "12:00" };
const missing = (facts: Partial<Facts>) => withPublication({ exists: false }, { mapped: true, ...facts });
const in18 = (table: Partial<TableFacts>) =>
  withServer({ versionNumber: 180000 }, { tables: [{ ...TABLE, generated: ["total"], ...table }] });
const generated = (fix: string) =>
  warning(
    "generatedColumns",
    "the initial load fills generated columns, and later changes set them to NULL: public.orders (total)",
    fix,
  );
const EXCLUDE = "list total in `excludedColumns` of public.orders";

const CASES: Case[] = [
  {
    when: "it does not exist, and no listed table could be published",
    facts: missing({ tables: [] }),
    finds: [
      blocked("tables", "there are no tables to replicate", `add tables to the publication (${PIPE} ADD TABLE …)`),
      blocked(
        "publication",
        'publication "pipe" does not exist',
        'CREATE PUBLICATION "pipe" FOR TABLE … WITH (publish_via_partition_root = true)',
      ),
    ],
  },
  {
    when: "it does not exist, and the tables exclude columns",
    facts: missing({
      tables: [
        { ...TABLE, columns: ["id", "total"], generated: ["total"], generatedInKey: false },
        { ...TABLE, name: "items" },
      ],
    }),
    finds: [
      generated(EXCLUDE),
      blocked(
        "publication",
        'publication "pipe" does not exist',
        'CREATE PUBLICATION "pipe" FOR TABLE "public"."orders" ("id"), "public"."items" WITH (publish_via_partition_root = true)',
      ),
    ],
  },
  {
    when: "pgoutput would look up another name",
    facts: { ...FACTS, publication: "My, Pipe" },
    finds: [
      blocked(
        "publication",
        'pgoutput would look up publication "My, Pipe" under another name: it folds upper case and splits at spaces, commas and quotes',
        'ALTER PUBLICATION "My, Pipe" RENAME TO "my_pipe" /* then set the name of the publication to my_pipe */',
      ),
    ],
  },
  {
    when: "a table is not in it",
    facts: withTable(NOT_THERE),
    finds: [blocked("published", "not in the publication: public.orders", `${PIPE} ADD TABLE "public"."orders"`)],
  },
  {
    when: "a table with excluded columns is not in it",
    facts: withTable({ ...NOT_THERE, columns: ["id"] }),
    finds: [
      blocked("published", "not in the publication: public.orders", `${PIPE} ADD TABLE "public"."orders" ("id")`),
    ],
  },
  {
    when: "a table with excluded columns is not in it, and it publishes schemas, which allows no column list",
    facts: withPublication({ ofSchemas: true }, { tables: [{ ...TABLE, ...NOT_THERE, columns: ["id"] }] }),
    finds: [blocked("published", "not in the publication: public.orders", `${PIPE} ADD TABLE "public"."orders"`)],
  },
  {
    when: "a partitioned table is not in it",
    facts: withTable({ ...NOT_THERE, kind: "p" }),
    finds: [
      blocked("published", "not in the publication: public.orders", `${VIA_ROOT}; ${PIPE} ADD TABLE "public"."orders"`),
    ],
  },
  {
    when: "it publishes the partitions of a table instead",
    facts: withPublication({ viaRoot: false }, { tables: [{ ...TABLE, published: false, kind: "p" }] }),
    finds: [
      blocked("published", "not in the publication: public.orders", VIA_ROOT),
      blocked("viaRoot", "changes to partitioned tables arrive under the names of their partitions", VIA_ROOT),
    ],
  },
  {
    when: "it publishes partitions instead of tables, but there are no partitioned tables",
    facts: withPublication({ viaRoot: false }),
    finds: [],
  },
  {
    when: "it leaves out operations",
    facts: withPublication({ missingOperations: ["update", "delete"] }),
    finds: [
      warning(
        "operations",
        "not published: update, delete",
        `${PIPE} SET (publish = 'insert, update, delete, truncate')`,
      ),
    ],
  },
  {
    when: "its column list lacks a column of the pipe",
    facts: withTable({ listed: ["id"], columns: ["id", "note"], unpublishedColumns: ["note"] }),
    finds: [
      blocked(
        "columns",
        "columns that are neither published nor excluded become NULL with every change: public.orders (note)",
        `BEGIN; ${DROP_ORDERS} ("id", "note"); COMMIT ${RESYNC}`,
      ),
    ],
  },
  {
    when: "its column list lacks a column, and the table has a row filter, which stays",
    facts: withTable({
      listed: ["id"],
      unpublishedColumns: ["note"],
      filtered: true,
      filter: String.raw`(note ~ '\d')`,
    }),
    finds: [
      blocked(
        "columns",
        "columns that are neither published nor excluded become NULL with every change: public.orders (note)",
        `BEGIN; SET LOCAL search_path = pg_catalog, pg_temp; ${DROP_ORDERS} WHERE (note ~  E'\\\\d'); COMMIT ${RESYNC}`,
      ),
      warning(
        "filters",
        "a row filter keeps changes from reaching ClickHouse: public.orders",
        `BEGIN; ${DROP_ORDERS} ("id"); COMMIT ${RESYNC}`,
      ),
    ],
  },
  {
    when: "its column list lacks a column, and a lock prevents reading the row filter",
    facts: withTable({ listed: ["id"], unpublishedColumns: ["note"], filtered: true, filterHeldBy: LOCKED }),
    finds: [
      blocked(
        "columns",
        "columns that are neither published nor excluded become NULL with every change: public.orders (note)",
        "check again when public.orders is no longer locked; its row filter cannot be read now",
      ),
      warning(
        "filters",
        "a row filter keeps changes from reaching ClickHouse: public.orders",
        `BEGIN; ${DROP_ORDERS} ("id"); COMMIT ${RESYNC}`,
      ),
    ],
  },
  {
    when: "it lacks a generated column, before Postgres 18",
    facts: withTable({ generated: ["total"] }),
    finds: [generated(EXCLUDE)],
  },
  {
    when: "it lacks a generated column, and could publish it",
    facts: in18({}),
    finds: [generated(`${PIPE} SET (publish_generated_columns = stored)`)],
  },
  {
    when: "it lacks a generated column, and has a column list, so that the setting would not help",
    facts: in18({ listed: ["id"] }),
    finds: [generated(EXCLUDE)],
  },
  {
    when: "it lacks a virtual generated column, which it cannot publish",
    facts: in18({ virtual: ["total"] }),
    finds: [generated(EXCLUDE)],
  },
];

describe("the report on the publication, if", () => {
  test.each(CASES)("$when", ({ facts, finds }) => {
    expect(wrongIn(facts)).toEqual(finds);
  });
});
