import { describe, expect, test } from "vitest";
import { decideForSameRole } from "../../provider/grants/decide";
import { ownNotes, sortNotes } from "../../provider/grants/ownNotes";
import type { ActualRight } from "../../provider/grants/sql/actual";
import type { NamedObject, ScopeInputs } from "../../provider/grants/sql/scope";
import { type GrantsState, NOTHING_KNOWN } from "../../provider/grants/state";
import type { GrantsOwnership } from "../../provider/postgres/sql/mark";
import {
  BOTH,
  held,
  inputs,
  keys,
  lines,
  ORDERS,
  OTHER,
  OWN,
  orders,
  PLACE,
  usage,
  WHOLE,
} from "../support/grants/decisions";
import { connectRight, futureRight, note, tableRight } from "../support/grants/values";

const sorted = (notes: GrantsOwnership[], token?: string) =>
  sortNotes(notes, ownNotes({ identities: [{ mark: OWN }], state: token ? { token } : {}, here: PLACE }));

describe("an update of grants", () => {
  interface Row {
    title: string;
    before: ScopeInputs & Partial<GrantsState>;
    desired: ScopeInputs;
    actual?: ActualRight[];
    notes?: GrantsOwnership[];
    known?: NamedObject[];
    databaseMoved?: boolean;
    revoked?: ActualRight[];
    preexisting?: ActualRight[];
  }
  const unlisted = { before: BOTH, desired: ORDERS };
  const wider = { before: ORDERS, desired: BOTH };

  test.each<Row>([
    { title: "revokes nothing if the scope is the same", before: BOTH, desired: BOTH },
    { title: "revokes what is no longer listed", ...unlisted, revoked: [lines] },
    {
      title: "revokes a whole table that is listed by column now, and keeps a column that the role held",
      before: BOTH,
      desired: { tables: ["app.orders", { schema: "app", name: "lines", columns: ["id"] }] },
      actual: [...held, tableRight("app.lines.id")],
      revoked: [lines],
      preexisting: [tableRight("app.lines.id")],
    },
    {
      title: "revokes everything but CONNECT if the scope moves to another schema",
      before: WHOLE,
      desired: { schemas: ["shop"] },
      actual: [connectRight(), ...held, futureRight("admin", "app")],
      revoked: [...held, futureRight("admin", "app")],
    },
    {
      title: "does not revoke what was never in the scope",
      ...unlisted,
      actual: [...held, tableRight("app.items"), tableRight("app.lines.id")],
      revoked: [lines],
    },
    {
      title: "does not revoke what the role held before",
      ...unlisted,
      before: { ...BOTH, found: keys(lines) },
      preexisting: [lines],
    },
    {
      title: "does not revoke what may not be revoked",
      ...unlisted,
      actual: [orders, tableRight("app.lines", { actor: "none" })],
    },
    {
      title: "does not revoke what other grants ask for",
      ...unlisted,
      notes: [note(OWN, { token: "t", scope: BOTH }), note(OTHER, { scope: BOTH })],
    },
    {
      title: "does not revoke what other grants may ask for, if their scope is not noted",
      ...unlisted,
      notes: [note(OTHER)],
    },
    {
      title: "revokes what the same resource noted under its former name",
      ...unlisted,
      notes: [note(OTHER, { token: "t", scope: BOTH })],
      revoked: [lines],
    },
    {
      title: "revokes a renamed table that its former name listed",
      before: ORDERS,
      desired: { tables: ["app.sales"] },
      actual: [usage, tableRight("archive.lines", { oid: 5 }), tableRight("app.sales")],
      known: [{ kind: "table", oid: 5, schema: "app", name: "orders", columns: null }],
      revoked: [tableRight("archive.lines", { oid: 5 })],
      preexisting: [tableRight("app.sales")],
    },
    {
      title: "revokes what a killed run gave according to its note",
      before: ORDERS,
      desired: ORDERS,
      notes: [note(OWN, { token: "t", scope: BOTH })],
      revoked: [lines],
    },
    {
      title: "does not revoke what the role held before a killed run",
      before: ORDERS,
      desired: ORDERS,
      notes: [note(OWN, { token: "t", scope: BOTH, found: true, before: keys(lines) })],
      preexisting: [lines],
    },
    {
      title: "does not go by the note of a killed run that could not list what the role held before",
      before: ORDERS,
      desired: ORDERS,
      notes: [note(OWN, { token: "t", scope: BOTH, found: true })],
    },
    {
      title: "records that the role held a newly listed table already",
      ...wider,
      preexisting: [lines],
    },
    {
      title: "does not record a newly listed table that other grants gave",
      ...wider,
      notes: [note(OTHER, { scope: BOTH })],
    },
    {
      title: "records a newly listed table that the role held before other grants",
      ...wider,
      notes: [note(OTHER, { scope: BOTH, found: true, before: keys(lines) })],
      preexisting: [lines],
    },
    {
      title: "recognizes what the role held before by OID",
      ...unlisted,
      before: { ...BOTH, found: keys(tableRight("app.lines", { name: "former" })) },
      preexisting: [lines],
    },
    {
      title: "recognizes what the role held before by name in a moved database",
      ...unlisted,
      before: { ...BOTH, found: keys(tableRight("app.lines", { oid: orders.oid })) },
      databaseMoved: true,
      preexisting: [lines],
    },
  ])(
    "$title",
    ({ before, desired, actual = held, notes = [], revoked = [], preexisting = [], known = [], ...more }) => {
      const state: GrantsState = { id: "reader", ...inputs({}), token: "t", ...before };
      const history = {
        state,
        notes: sorted(notes, "t"),
        known: { objects: known, leaves: [] },
        databaseMoved: false,
        ...more,
      };
      const change = decideForSameRole(actual, history, inputs(desired));
      expect({ revoked: change.revoke, preexisting: change.preexisting }).toEqual({ revoked, preexisting });
    },
  );

  test("hands on what the state knows", () => {
    const uncovered = [{ kind: "table", object: "app.orders", owner: "stranger", reason: "", fix: "" }];
    const state = { id: "reader", ...inputs(ORDERS), mark: OTHER, given: keys(lines), uncovered };
    const history = { state, notes: sorted([]), known: NOTHING_KNOWN, databaseMoved: false };
    expect(decideForSameRole([], history, inputs(ORDERS))).toEqual({
      preexisting: [],
      revoke: [],
      given: keys(lines),
      uncovered,
    });
  });
});
