import { describe, expect, test } from "vitest";
import { newlyUncovered } from "../../provider/grants/read";
import { withoutRefused, withReasons } from "../../provider/grants/refusedOwners";
import type { Uncovered } from "../../provider/grants/uncovered";
import { keepUnread } from "../../provider/grants/unreadPolicies";
import { coverage, database, futureWithout, schemaWithout, tableWithout } from "../support/grants/values";

const REASON = "only its owner stranger may grant it, and the admin is not a member of that role";
const entry = (name: string, more: Partial<Uncovered> = {}): Uncovered => ({
  kind: "table",
  object: `app.${name}`,
  owner: "stranger",
  reason: REASON,
  fix: `GRANT SELECT ON "app"."${name}" TO "reader"`,
  ...more,
});
const rows = (name: string, more: Partial<Uncovered> = {}) =>
  entry(name, { reason: "rows are hidden", fix: `CREATE POLICY "p" ON "app"."${name}"`, ...more });
const sentence = (name: string, reason = REASON) =>
  `table app.${name} is not covered. ${reason[0]?.toUpperCase()}${reason.slice(1)}. ` +
  `Run as stranger, or as a superuser: GRANT SELECT ON "app"."${name}" TO "reader";`;

describe("a refresh reports as drift", () => {
  const [orders, lines] = [entry("orders"), entry("lines")];
  test.each<{ title: string; known: Uncovered[] | undefined; drift?: string[]; reported: string[] }>([
    { title: "nothing that the last update knew of", known: [orders, lines], reported: [] },
    { title: "what is new", known: [orders], reported: [sentence("lines")] },
    {
      title: "everything if the state has no list",
      known: undefined,
      reported: [sentence("orders"), sentence("lines")],
    },
    {
      title: "what the refresh before reported",
      known: [orders, lines],
      drift: [sentence("lines")],
      reported: [sentence("lines")],
    },
    {
      title: "a table that is known for another reason",
      known: [entry("orders", { reason: "the server refused the statement" }), lines],
      reported: [sentence("orders")],
    },
    {
      title: "a table that only its rows are known for",
      known: [rows("orders"), lines],
      reported: [sentence("orders")],
    },
  ])("$title", ({ known, drift, reported }) => {
    expect(newlyUncovered([orders, lines], { uncovered: known, drift })).toEqual(reported);
  });
});

describe("an owner whose GRANT the server refused", () => {
  const refused = new Map([["chief", "the server refused the statement when run as chief: no."]]);
  const theirs = { actor: "owner", owner: "chief" } as const;

  test("loses the way to grant its objects, and no other does", () => {
    const all = (actor: "owner" | "none") =>
      coverage({
        databaseRight: database({ ...theirs, actor }),
        schemas: [schemaWithout("app", { ...theirs, actor }), schemaWithout("shop", { ...theirs, owner: "boss" })],
        tables: [
          tableWithout("app.orders", { ...theirs, actor }),
          tableWithout("app.lines", { owner: "chief", actor: "self" }),
        ],
        defaults: [futureWithout("chief", "app", { actor }), futureWithout("boss", "app", { actor: "owner" })],
      });
    expect(withoutRefused(all("owner"), refused)).toEqual(all("none"));
  });

  test("gets the server's reason for its objects, and no other does", () => {
    const entries = [entry("orders", { owner: "chief" }), entry("lines")];
    expect(withReasons(entries, refused).map(({ reason }) => reason)).toEqual([refused.get("chief"), REASON]);
  });
});

describe("while a table is locked, the list keeps", () => {
  const held = { rowsHeldBy: { pid: 7, user: "app", since: null }, granted: true };
  const locked = [tableWithout("app.orders", held), tableWithout("app.lines")];
  const many = entry("", { kind: "tables", object: "21 tables in schema app", fix: "DO $$ … POLICY … $$" });

  test.each<{ title: string; now: Uncovered[]; before?: Uncovered[]; tables?: typeof locked; kept: Uncovered[] }>([
    {
      title: "nothing, and not its order, if no table is locked",
      now: [entry("lines"), entry("items")],
      before: [entry("items"), rows("orders"), entry("lines")],
      tables: [],
      kept: [entry("lines"), entry("items")],
    },
    { title: "nothing of a new state", now: [entry("lines")], kept: [entry("lines")] },
    { title: "what the state says about its rows", now: [], before: [rows("orders")], kept: [rows("orders")] },
    { title: "nothing about the rows of tables that can be read", now: [], before: [rows("lines")], kept: [] },
    { title: "nothing about rights, which can be read", now: [], before: [entry("orders")], kept: [] },
    {
      title: "the order of the state, and new entries after it",
      now: [entry("items"), entry("lines")],
      before: [rows("orders"), entry("lines")],
      kept: [rows("orders"), entry("lines"), entry("items")],
    },
    {
      title: "the one entry for many tables, instead of entries for those that can be read",
      now: [rows("orders"), entry("lines")],
      before: [many],
      kept: [many, entry("lines")],
    },
    {
      title: "no entry for many tables of another schema",
      now: [],
      before: [{ ...many, object: "21 tables in schema shop" }],
      kept: [],
    },
  ])("$title", ({ now, before, tables = locked, kept }) => {
    expect(keepUnread(now, before, coverage({ tables }))).toEqual(kept);
  });
});
