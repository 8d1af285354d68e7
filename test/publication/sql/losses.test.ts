import { describe, expect, test } from "vitest";
import { goneDrift, identityDrift, unsafeDrift } from "../../../provider/publication/drift";
import { displayMissing } from "../../../provider/publication/fates/whatBecame";
import { lossesOf, lossWarnings, mergeLosses } from "../../../provider/publication/losses";
import type { MissingTable } from "../../../provider/publication/sql/missing";
import type { PublicationState } from "../../../provider/publication/state";
import {
  aChange,
  anActual,
  anUnsafe,
  aState,
  aSurvey,
  HERE,
  marker,
  OTHER_MARK,
  whoseTo,
} from "../../support/publication/plans";

const T = { schema: "s", name: "t" };
const KNOWN = { '"s"."t"': { given: "paid", stored: "(paid)" } };

describe("the pipe has lost", () => {
  test.each<{
    title: string;
    state: Partial<PublicationState>;
    actual: Parameters<typeof anActual>[0];
    excluded?: string[];
    lost: string[];
  }>([
    {
      title: "nothing if everything is as recorded",
      state: {
        ...{ tables: [{ ...T, where: "paid", columns: ["id"] }], tableOids: "101", schemas: ["r"], filters: KNOWN },
        ...{ publish: ["insert"], publishViaPartitionRoot: true, publishGeneratedColumns: "stored" },
      },
      actual: {
        ...{ tables: [{ ...T, where: "(paid)", columns: ["id"] }], schemas: ["r"], generatedColumns: "stored" },
      },
      lost: [],
    },
    {
      title: "a table",
      state: { tables: ["s.t", "s.U"], tableOids: "101,999" },
      actual: { tables: ["s.t"] },
      lost: ['table s."U"'],
    },
    {
      title: "no table that has another name now",
      state: { tables: ["s.old"], tableOids: "101" },
      actual: { tables: ["s.t"] },
      lost: [],
    },
    {
      title: "a table whose recorded OIDs do not fit",
      state: { tables: ["s.old"], tableOids: "101,102" },
      actual: { tables: ["s.t"] },
      lost: ["table s.old"],
    },
    { title: "a schema", state: { schemas: ["r", "Q"] }, actual: { schemas: ["r"] }, lost: ['schema "Q"'] },
    {
      title: "rows under another filter",
      state: { tables: [{ ...T, where: "paid" }], filters: KNOWN },
      actual: { tables: [{ ...T, where: "(due)" }] },
      lost: ["the row filter of s.t"],
    },
    {
      title: "rows under a filter that was added by hand",
      state: { tables: ["s.t"] },
      actual: { tables: [{ ...T, where: "(due)" }] },
      lost: ["the row filter of s.t"],
    },
    {
      title: "no rows under a filter that was not read yet",
      state: { tables: ["s.t"], unread: ['"s"."t"'] },
      actual: { tables: [{ ...T, where: "(due)" }] },
      lost: [],
    },
    {
      title: "columns under a list that was added by hand",
      state: { tables: ["s.t"] },
      actual: { tables: [{ ...T, columns: ["id"] }] },
      lost: ["columns of s.t"],
    },
    {
      title: "a listed column that is no longer in the list",
      state: { tables: [{ ...T, columns: ["id", "n", "M"] }] },
      actual: { tables: [{ ...T, columns: ["id"] }] },
      excluded: ["M", "n", "x"],
      lost: ['columns n, "M" of s.t'],
    },
    {
      title: "no column that has another name now",
      state: { tables: [{ ...T, columns: ["id", "n"] }] },
      actual: { tables: [{ ...T, columns: ["id", "m"] }] },
      lost: [],
    },
    {
      title: "operations and parameters",
      state: {
        ...{ publish: ["insert", "update", "delete"], publishViaPartitionRoot: true },
        publishGeneratedColumns: "stored",
      },
      actual: { publish: ["insert"], viaRoot: false },
      lost: [
        "operation update",
        "operation delete",
        "partitioned tables under their own name",
        "stored generated columns",
      ],
    },
    {
      title: "only operations of a publication that has all tables now",
      state: { tables: ["s.t"], publish: ["insert", "update"] },
      actual: { allTables: true, publish: ["insert"] },
      lost: ["operation update"],
    },
  ])("$title", ({ state, actual, excluded, lost }) => {
    const left = excluded ? [{ ...T, columns: excluded }] : [];
    expect(
      lossesOf(aState(state), 16500, { actual: anActual(actual), excluded: left, missing: [], schemas: [] }).map(
        ({ what }) => what,
      ),
    ).toEqual(lost);
  });

  test("each thing once", () => {
    const loss = { what: "table s.t", table: '"s"."t"' };
    expect(mergeLosses([loss], [{ ...loss }, { what: "schema r", schema: "r" }])).toHaveLength(2);
  });
});

describe("an update warns", () => {
  const MISSED = "Changes made in the meantime never reached ClickHouse.";
  const warned = (args: object, state: Partial<PublicationState>, actual: Parameters<typeof anActual>[0]) =>
    lossWarnings(aChange(args, aState(state)), aSurvey(), anActual(actual), {
      found: whoseTo(aState(state), anActual(actual)),
      breaking: false,
    });

  test("about what the refreshes found lost and what is lost now, in one warning", () => {
    const lost = [{ what: "table s.t", table: '"s"."t"' }];
    const args = { tables: ["s.t", "s.u"], schemas: ["r"] };
    expect(warned(args, { lost, tables: ["s.t", "s.u"], schemas: ["r"] }, { tables: ["s.t"] })).toEqual([
      `publication "p" had lost table s.t, table s.u, schema r.\n${MISSED}\nResync the pipe for these.`,
    ]);
  });

  test("about nothing that the program no longer asks for", () => {
    const state = { tables: ["s.t"], schemas: ["r"], publish: ["update"] };
    expect(warned({ tables: [], publish: ["insert"] }, state, { publish: ["insert"] })).toEqual([]);
    expect(warned({ tables: [] }, state, { publish: ["insert"] })).toHaveLength(1);
  });

  test("about another publication in the place of the one in the state", () => {
    expect(warned({ tables: [] }, { oid: 1 }, { text: null })).toEqual([
      `publication "p" was dropped and recreated outside this resource (OID 1, now 16500).\n${MISSED}\nResync the pipe.`,
    ]);
    expect(warned({ tables: [] }, { oid: 1 }, {})).toEqual([
      `publication "p" was recreated (OID 1, now 16500).\n${MISSED}\nResync the pipe.`,
    ]);
  });
});

describe("a listed table", () => {
  const missing = { ...T, nowSchema: "s", nowName: "t", again: false, published: false };
  test.each<[string, Partial<MissingTable>]>([
    ["table s.t was dropped", { nowSchema: null, nowName: null }],
    ["table s.t was dropped and recreated, and the new table is not published", { nowName: null, again: true }],
    ["table s.t was removed from the publication", {}],
    ["table s.t was renamed, and is now s.u, which is still published", { nowName: "u", published: true }],
    [
      "table s.t was moved to another schema, and is now r.t, which was removed from the publication",
      { nowSchema: "r" },
    ],
    [
      'table s.t was renamed and moved to another schema, and is now "R".u, which is still published',
      { nowSchema: "R", nowName: "u", published: true },
    ],
  ])("is reported like this: %s", (sentence, changes) => {
    expect(displayMissing({ ...missing, ...changes })).toBe(sentence);
  });
});

describe("a refresh reports", () => {
  const OTHERS = marker("x", { mark: OTHER_MARK });
  const RECREATED =
    'publication "p" was dropped and recreated outside this resource (OID 16500, now 17000); resync the pipe';
  const ADOPTED = `publication "p" now belongs to ${OTHER_MARK}`;
  const LATER = 'publication "p" carries the marker of another create of this resource';
  const UNMARKED = `publication "p" does not carry this resource's marker in its comment`;
  test.each<{ title: string; actual?: Parameters<typeof anActual>[0]; oid?: number | null; drift: string[] }>([
    { title: "nothing if it is the same publication", drift: [] },
    { title: "nothing about the OID of a database that was moved", actual: { oid: 17000 }, oid: null, drift: [] },
    { title: "a lost marker", actual: { text: null }, drift: [UNMARKED] },
    { title: "an older token of its own marker", actual: { text: marker("t0") }, drift: [LATER] },
    { title: "no lost marker that the admin could not write", actual: { text: null, mayAlter: false }, drift: [] },
    { title: "another stack that adopted the publication", actual: { text: OTHERS }, drift: [ADOPTED] },
    { title: "nobody's publication only by its OID", actual: { oid: 17000, text: null }, drift: [RECREATED] },
    {
      title: "a recreated publication",
      actual: { oid: 17000, text: OTHERS },
      drift: [RECREATED, ADOPTED],
    },
  ])("$title", ({ actual, oid = 16500, drift }) => {
    const found = whoseTo(aState(), anActual(actual));
    expect(identityDrift(aState(), anActual(actual), oid, found, HERE)).toEqual(drift);
  });

  test("each unsafe table, and the number of those beyond twenty", () => {
    const drift = unsafeDrift(Array.from({ length: 22 }, () => anUnsafe({ primaryKey: true })));
    expect(drift).toHaveLength(21);
    expect(drift[0]).toBe(
      'UPDATE or DELETE fails in the application: s.t has no primary key and no other replica identity (ALTER TABLE "s"."t" REPLICA IDENTITY DEFAULT)',
    );
    expect(drift[20]).toBe("UPDATE or DELETE fails in the application for tables not listed here: 2");
    expect(unsafeDrift(Array.from({ length: 20 }, () => anUnsafe()))).toHaveLength(20);
  });

  test("a publication that is gone, with the slots that are left", () => {
    expect(goneDrift(aState(), ["a", "b"])).toEqual([
      'publication "p" is gone, and these slots still exist: a, b; resync the pipe once the publication is recreated',
    ]);
  });
});
