import { describe, expect, test } from "vitest";
import { decideForSameRole } from "../../../provider/grants/decide";
import { digestOf } from "../../../provider/grants/leaves/known";
import { ownNotes, sortNotes } from "../../../provider/grants/ownNotes";
import type { ActualRight } from "../../../provider/grants/sql/actual";
import { desiredBy } from "../../../provider/grants/sql/desired";
import { planGrants } from "../../../provider/grants/sql/plan";
import { planRevoke } from "../../../provider/grants/sql/revoke";
import type { ScopeInputs } from "../../../provider/grants/sql/scope";
import type { GrantsState } from "../../../provider/grants/state";
import type { KnownLeaves } from "../../../provider/pipe/leaves";
import { inputs, OWN, PLACE } from "../../support/grants/decisions";
import {
  coverage,
  note,
  schemaRight,
  schemaWithout,
  tableRight,
  tableWithout,
  textsOf,
} from "../../support/grants/values";

const EVENTS = { oid: 50, schemaOid: 297, schema: "app", name: "events", columnNumber: null };
const LEAF = { oid: 60, roots: [EVENTS] };
const leaf = tableRight("parts.leaf", LEAF);
const column = tableRight("parts.leaf.id", LEAF);
const ctid = tableRight("parts.leaf.ctid", { ...LEAF, columnNumber: -1 });
const usage = schemaRight("parts", { roots: [EVENTS] });
const WHOLE_TABLE = { tables: ["app.events"] };
const COLUMNS = { tables: [{ schema: "app", name: "events", columns: ["id"] }] };

describe("whether a scope asks for a leaf", () => {
  test.each<{ scope: ScopeInputs; asked: ActualRight[]; notAsked: ActualRight[] }>([
    { scope: WHOLE_TABLE, asked: [leaf, usage], notAsked: [column, ctid] },
    { scope: COLUMNS, asked: [column, ctid, usage], notAsked: [leaf, tableRight("parts.leaf.note", LEAF)] },
    { scope: { schemas: ["app"] }, asked: [leaf, usage], notAsked: [column] },
    { scope: { tables: ["app.other"] }, asked: [], notAsked: [leaf, column, usage] },
    { scope: { tables: ["parts.leaf"] }, asked: [leaf, usage], notAsked: [column] },
    { scope: {}, asked: [], notAsked: [leaf, usage] },
  ])("$scope", ({ scope, asked, notAsked }) => {
    expect([...asked, ...notAsked].filter(desiredBy(scope))).toEqual(asked);
  });

  test("by the column's former name in the partitioned table", () => {
    const renamed = { ...EVENTS, columnNumber: 1, column: "id" };
    const right = tableRight("parts.leaf.key", { ...LEAF, roots: [renamed] });
    expect(desiredBy(COLUMNS)(right)).toBe(true);
  });
});

describe("an update of grants on a partitioned table", () => {
  const known: KnownLeaves = {
    root: 50,
    schema: "app",
    name: "events",
    columns: null,
    leaves: [60],
    spaces: [usage.oid],
  };
  const detached = { ...leaf, roots: [] };
  const emptied = { ...usage, roots: [] };
  const unlisted = { tables: ["app.other"] };

  interface Row {
    title: string;
    actual?: ActualRight[];
    leaves?: KnownLeaves[];
    desired?: ScopeInputs;
    digest?: string;
    databaseMoved?: boolean;
    revoked?: ActualRight[];
    preexisting?: ActualRight[];
  }
  test.each<Row>([
    { title: "keeps its leaves" },
    { title: "revokes leaf and schema with the table", desired: unlisted, revoked: [leaf, usage] },
    { title: "revokes what a detached leaf had", actual: [detached, emptied], revoked: [detached, emptied] },
    { title: "keeps the schema of another leaf", actual: [detached, usage], revoked: [detached] },
    {
      title: "keeps what a detached leaf had by columns, which were not asked for",
      actual: [{ ...column, roots: [] }],
    },
    { title: "takes a leaf that it does not know for one that the role had", leaves: [], preexisting: [leaf, usage] },
    {
      title: "takes a leaf that it does not know for its own if a killed run left another digest",
      leaves: [],
      digest: "other",
    },
    { title: "takes a leaf for its own in a moved database", leaves: [], databaseMoved: true },
  ])(
    "$title",
    ({
      actual = [leaf, usage],
      leaves = [known],
      desired = WHOLE_TABLE,
      digest,
      revoked = [],
      preexisting = [],
      databaseMoved = false,
    }) => {
      const state: GrantsState = { id: "reader", ...inputs(WHOLE_TABLE), token: "t" };
      const left = digest ?? digestOf(leaves);
      const notes = sortNotes(
        [note(OWN, { token: "t", scope: WHOLE_TABLE, ...(left && { leaves: left }) })],
        ownNotes({ identities: [{ mark: OWN }], state: { token: "t" }, here: PLACE }),
      );
      const history = { state, notes, known: { objects: [], leaves }, databaseMoved };
      const change = decideForSameRole(actual, history, inputs(desired));
      expect({ revoked: change.revoke, preexisting: change.preexisting }).toEqual({ revoked, preexisting });
    },
  );

  test("knows its leaves by a digest that only they change", () => {
    expect(digestOf([])).toBeUndefined();
    const more = { ...known, leaves: [60, 61] };
    expect(digestOf([known, more])).toBe(digestOf([more, known]));
    expect(new Set([[known], [more], [known, more]].map(digestOf)).size).toBe(3);
    expect(digestOf([{ ...known, name: "renamed" }])).toBe(digestOf([known]));
  });
});

describe("the statements for many leaves", () => {
  const names = Array.from({ length: 300 }, (_, index) => `parts.leaf_${index}`);
  const root = { schema: "app", name: "events" };

  test("with the same columns are one to grant them and one to revoke them", () => {
    const tables = names.map((name) =>
      tableWithout(name, { whole: false, root, columns: ["id"], missingColumns: ["ctid", "id"] }),
    );
    const { statements, missing } = planGrants(
      "reader",
      coverage({ tables, schemas: [schemaWithout("parts", { root })] }),
    );
    const on = names.map((name) => `"parts"."${name.slice(6)}"`).join(", ");
    expect(textsOf(statements)).toEqual([
      'grant usage on schema "parts" to "reader"',
      `grant select ("ctid", "id") on ${on} to "reader"`,
    ]);
    expect(missing).toEqual([
      `role "reader" has no SELECT on 300 partitions of app.events: ${[0, 1, 2, 3, 4].map((i) => `parts.leaf_${i} (ctid, id)`).join(", ")} and 295 more, and no USAGE on schema parts`,
    ]);
    const rights = names.flatMap((name) => ["ctid", "id"].map((one) => tableRight(`${name}.${one}`)));
    expect(textsOf(planRevoke("reader", "app", rights, rights))).toEqual([
      `revoke select ("ctid", "id") on ${on} from "reader"`,
    ]);
  });

  test("name a schema alone with the table whose partitions it holds", () => {
    const { missing } = planGrants("reader", coverage({ schemas: [schemaWithout("parts", { root })] }));
    expect(missing).toEqual(['role "reader" has no USAGE on schema parts, with partitions of app.events']);
  });
});
