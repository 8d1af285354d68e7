import { describe, expect, test } from "vitest";
import { decideForNewRole } from "../../../provider/grants/decide";
import { ownNotes, sortNotes } from "../../../provider/grants/ownNotes";
import type { ActualRight } from "../../../provider/grants/sql/actual";
import type { GrantsOwnership } from "../../../provider/postgres/sql/mark";
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
} from "../../support/grants/decisions";
import { futureRight, note, tableRight } from "../../support/grants/values";

describe("a role that is new to the grants", () => {
  interface Row {
    title: string;
    notes: GrantsOwnership[];
    preexisting: ActualRight[];
    revoked?: ActualRight[];
    given?: ActualRight[];
    mayRemain?: ActualRight[] | "unknown";
    actual?: ActualRight[];
  }
  test.each<Row>([
    { title: "keeps what it holds of the scope", notes: [], preexisting: [usage, orders] },
    { title: "keeps nothing that other grants gave", notes: [note(OTHER, { scope: WHOLE })], preexisting: [] },
    { title: "keeps nothing that other grants may have given", notes: [note(OTHER)], preexisting: [] },
    {
      title: "keeps what it held before the other grants",
      notes: [note(OTHER, { scope: WHOLE, found: true, before: keys(orders) })],
      preexisting: [orders],
    },
    {
      title: "keeps nothing that a killed run gave",
      notes: [note(OWN, { scope: ORDERS })],
      preexisting: [],
    },
    {
      title: "keeps what it held before a killed run",
      notes: [note(OWN, { scope: ORDERS, found: true, before: keys(orders) })],
      preexisting: [orders],
    },
    {
      title: "keeps everything if a killed run could not list what it held before",
      notes: [note(OWN, { scope: ORDERS, found: true })],
      preexisting: [usage, orders],
      mayRemain: [],
    },
    {
      title: "keeps the tables that come from default privileges before other grants",
      notes: [note(OTHER, { scope: WHOLE, found: true, before: keys(futureRight("admin", "app")) })],
      preexisting: [orders],
    },
    {
      title: "loses what a killed run gave and the arguments do not ask for",
      notes: [note(OWN, { scope: BOTH })],
      preexisting: [],
      revoked: [lines],
    },
    {
      title: "keeps what it held of the new scope, which a killed run did not give",
      notes: [note(OWN, { scope: { tables: ["app.lines"] } })],
      preexisting: [orders],
      revoked: [lines],
    },
    {
      title: "keeps what it held before a killed run and the arguments do not ask for",
      notes: [note(OWN, { scope: BOTH, found: true, before: keys(lines) })],
      preexisting: [lines],
    },
    {
      title: "keeps what a killed run gave and other grants ask for",
      notes: [note(OWN, { scope: BOTH }), note(OTHER, { scope: WHOLE })],
      preexisting: [],
    },
    {
      title: "keeps what may not be revoked",
      notes: [note(OWN, { scope: BOTH })],
      actual: [usage, orders, tableRight("app.lines", { actor: "none" })],
      preexisting: [],
    },
    {
      title: "loses nothing if a killed run could not list what it held before, and what may remain is named",
      notes: [note(OWN, { scope: BOTH, found: true })],
      preexisting: [usage, orders],
      mayRemain: [lines],
    },
    {
      title: "loses nothing if a killed run could not note its scope, and what may remain is unknown",
      notes: [note(OWN)],
      preexisting: [],
      mayRemain: "unknown",
    },
    {
      title: "has from a killed run what that run gave next to default privileges from before",
      notes: [note(OWN, { scope: WHOLE, found: true, before: keys(futureRight("admin", "app")), given: keys(lines) })],
      actual: [...held, futureRight("admin", "app")],
      preexisting: [orders, futureRight("admin", "app")],
      given: [lines],
      revoked: [lines],
    },
    {
      title: "keeps what grants gave whose note names other parents",
      notes: [note(OWN, { path: "acme:index:Billing", scope: BOTH })],
      preexisting: [],
    },
    {
      title: "keeps what grants gave on the branch from which the role was copied",
      notes: [note(OWN, { place: { ...PLACE, systemIdentifier: "8" }, scope: BOTH })],
      preexisting: [],
    },
  ])("$title", ({ notes, actual = held, revoked = [], given = [], preexisting, mayRemain }) => {
    const own = { ...inputs(ORDERS), path: "acme:index:Orders" };
    const asker = { identities: [own], here: PLACE };
    const change = decideForNewRole({ actual, notes: sortNotes(notes, ownNotes(asker)), databaseMoved: false }, own);
    const expected = { preexisting, given: keys(...given), revoke: revoked };
    expect(change).toEqual({ ...expected, ...(mayRemain && { mayRemain }) });
  });
});
