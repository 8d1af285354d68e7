import { describe, expect, test } from "vitest";
import { liveInputs } from "../../../provider/publication/liveInputs";
import { formatOids, type PublicationState, tablesOf } from "../../../provider/publication/state";
import { rememberRead, takeUnreadAsDesired } from "../../../provider/publication/unread";
import { aDesired, anActual, aState, aSurvey, marker } from "../../support/publication/plans";

const T = { schema: "s", name: "t" };
const KEY = '"s"."t"';
const LOCKED = { pid: 7, user: "app", since: "today" };

describe("a refresh shows", () => {
  test.each<{
    title: string;
    state: Partial<PublicationState>;
    actual: Parameters<typeof anActual>[0];
    inputs: object;
  }>([
    {
      title: "only the arguments that the program sets",
      state: { tables: ["s.t"], publish: ["insert"] },
      actual: { tables: ["s.t"], publish: ["update"], owner: "o", text: `theirs\n${marker("t1")}` },
      inputs: { name: "p", tables: ["s.t"], publish: ["update"] },
    },
    {
      title: "everything at the first read, which knows only the name",
      state: { target: undefined },
      actual: { tables: ["s.t"], schemas: ["r"], owner: "o", viaRoot: false, text: "theirs" },
      inputs: {
        ...{ name: "p", tables: ["s.t"], schemas: ["r"], owner: "o", comment: "theirs" },
        publish: ["insert", "update", "delete", "truncate"],
        ...{ publishViaPartitionRoot: false, publishGeneratedColumns: "none" },
      },
    },
    {
      title: "the actual name, owner and comment",
      state: { tables: [], owner: "admin", comment: "mine" },
      actual: { name: "now", owner: "o", text: marker("t1") },
      inputs: { name: "now", tables: [], owner: "o", comment: "" },
    },
    {
      title: "empty lists only if the program has a list",
      state: { tables: ["s.t"] },
      actual: {},
      inputs: { name: "p", tables: [] },
    },
    {
      title: "all tables in place of lists",
      state: { tables: ["s.t"], schemas: ["r"] },
      actual: { allTables: true },
      inputs: { name: "p", allTables: true },
    },
    {
      title: "a list in place of all tables",
      state: { allTables: true },
      actual: { tables: [{ ...T, columns: ["id"] }] },
      inputs: { name: "p", tables: [{ ...T, columns: ["id"] }] },
    },
    {
      title: "a row filter as the program wrote it if the server did not change it",
      state: { tables: [{ ...T, where: "paid" }], filters: { [KEY]: { given: "paid", stored: "(paid)" } } },
      actual: { tables: [{ ...T, where: "(paid)" }] },
      inputs: { name: "p", tables: [{ ...T, where: "paid" }] },
    },
    {
      title: "a row filter as the server has it if it was changed",
      state: { tables: [{ ...T, where: "paid" }], filters: { [KEY]: { given: "paid", stored: "(paid)" } } },
      actual: { tables: [{ ...T, where: "(due)" }] },
      inputs: { name: "p", tables: [{ ...T, where: "(due)" }] },
    },
  ])("$title", ({ state, actual, inputs }) => {
    expect(liveInputs(aState(state), anActual(actual), aState(state).filters ?? {})).toEqual(inputs);
  });

  test("arguments that the database does not hold as the program sets them", () => {
    expect(liveInputs(aState({ tables: [], adopt: true, allowReplace: false }), anActual(), {})).toMatchObject({
      ...{ adopt: true, allowReplace: false },
    });
  });
});

describe("row filters", () => {
  const read = { ...T, where: "(paid)", tree: "1" };
  const known = { [KEY]: { given: "(paid)", stored: "(paid)", tree: "1" } };

  test("of a publication that is only read are recorded at the first read", () => {
    const state = aState({ target: undefined, filters: undefined });
    expect(rememberRead(state, anActual({ tables: [read] }))).toEqual({ filters: known, unread: undefined });
  });

  test("that are locked at the first read are recorded later", () => {
    const first = rememberRead(aState({ target: undefined }), anActual({ tables: [{ ...T, heldBy: LOCKED }] }));
    expect(first).toEqual({ filters: {}, unread: [KEY] });
    expect(rememberRead(aState(first), anActual({ tables: [read] }))).toEqual({ filters: known, unread: undefined });
  });

  test("that are known are not recorded again", () => {
    expect(rememberRead(aState(), anActual({ tables: [read] }))).toEqual({});
  });

  test("that are locked in a preview count as desired, and others as found", () => {
    const desired = aDesired({
      tables: [
        { ...T, where: "paid" },
        { ...T, name: "u", where: "due" },
      ],
    });
    const tables = [
      { ...T, heldBy: LOCKED },
      { ...T, name: "u", where: "(n)" },
    ];
    const { actual } = takeUnreadAsDesired(aSurvey({ actual: anActual({ tables }) }), desired);
    expect(actual?.tables.map(({ where }) => where)).toEqual(["paid", "(n)"]);
    expect(takeUnreadAsDesired(aSurvey(), desired).actual).toBeUndefined();
  });
});

test.each<{ title: string; state: Partial<PublicationState>; oid: number | null; oids: (number | undefined)[] }>([
  { title: "their OIDs", state: { tableOids: "101,,103" }, oid: 1, oids: [101, undefined, 103] },
  {
    title: "their OIDs from a list of the first version",
    state: { tableOids: [101, 102, 103] },
    oid: 1,
    oids: [101, 102, 103],
  },
  {
    title: "no OIDs in another database",
    state: { tableOids: "101,102,103" },
    oid: null,
    oids: [undefined, undefined, undefined],
  },
  {
    title: "no OIDs that do not fit the tables",
    state: { tableOids: "101" },
    oid: 1,
    oids: [undefined, undefined, undefined],
  },
  { title: "no OIDs if none are recorded", state: {}, oid: 1, oids: [undefined, undefined, undefined] },
])("the tables of the state have $title", ({ state, oid, oids }) => {
  const tables = tablesOf(aState({ tables: ["s.a", "s.b", "s.c"], ...state }), oid);
  expect(tables.map((table) => [table.name, table.oid])).toEqual(
    ["a", "b", "c"].map((name, index) => [name, oids[index]]),
  );
});

test("OIDs are written as one text, with gaps for unknown ones", () => {
  expect(formatOids([101, undefined, 103])).toBe("101,,103");
  expect(formatOids([])).toBe("");
});
