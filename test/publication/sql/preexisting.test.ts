import { describe, expect, test } from "vitest";
import { rememberPreexisting, restored } from "../../../provider/publication/adopt";
import type { ActualPublication } from "../../../provider/publication/sql/actual";
import { planPublication } from "../../../provider/publication/sql/plan";
import type { Preexisting, PublicationInputs } from "../../../provider/publication/state";
import { aChange, anActual, aState, HERE, marker, OTHER_MARK, whoseTo } from "../../support/publication/plans";

const T = { schema: "s", name: "t" };
const U = { schema: "s", name: "u" };
const NOTHING = { added: [], addedSchemas: [], changed: [] };

function remembered(args: Partial<PublicationInputs>, actual: ActualPublication, known?: Preexisting): Preexisting {
  const change = aChange({ adopt: true, ...args });
  const plan = planPublication(change.desired, actual, {}, true);
  return JSON.parse(JSON.stringify(rememberPreexisting(known, change, { actual, plan }, whoseTo(undefined, actual))));
}

describe("an adoption remembers", () => {
  interface Case {
    title: string;
    args: Partial<PublicationInputs>;
    actual: Parameters<typeof anActual>[0];
    known?: Preexisting;
    is: Preexisting;
  }
  test.each<Case>([
    {
      title: "nothing that it does not change",
      args: { tables: ["s.t"] },
      actual: { tables: ["s.t"], text: null },
      is: NOTHING,
    },
    {
      title: "the parameters, the owner and the comment that the program sets",
      args: { tables: [], publish: ["delete"], publishViaPartitionRoot: true, owner: "o", comment: "new" },
      actual: { publish: ["insert"], viaRoot: false, owner: "them", text: "theirs" },
      is: { ...NOTHING, publish: ["insert"], viaRoot: false, owner: "them", comment: "theirs" },
    },
    {
      title: "that there was no comment",
      args: { tables: [], comment: "new" },
      actual: { text: null },
      is: { ...NOTHING, comment: "" },
    },
    {
      title: "the marker of another stack",
      args: { tables: [] },
      actual: { text: marker("x", { mark: OTHER_MARK }) },
      is: { ...NOTHING, owned: { mark: OTHER_MARK, path: "", token: "x", place: HERE } },
    },
    {
      title: "what it adds, and the original version of what it changes",
      args: { tables: ["s.t", { ...U, where: "n > 0" }, { schema: "s", name: "a.b" }], schemas: ["r"] },
      actual: { tables: [{ ...U, columns: ["id"], where: "(n)", tree: "1" }], text: null },
      is: {
        added: ["s.t", { schema: "s", name: "a.b" }],
        addedSchemas: ["r"],
        changed: [{ ...U, columns: ["id"], where: "(n)" }],
      },
    },
    {
      title: "the first original of a table that changes again",
      args: { tables: [{ ...U, columns: ["id"] }] },
      actual: { tables: [{ ...U, columns: ["n"] }] },
      known: { ...NOTHING, changed: [U], viaRoot: false },
      is: { ...NOTHING, changed: [U], viaRoot: false },
    },
    {
      title: "no original of a table that it added itself",
      args: { tables: [{ ...U, columns: ["id"] }] },
      actual: { tables: [U] },
      known: { ...NOTHING, added: ["s.u"] },
      is: { ...NOTHING, added: ["s.u"] },
    },
    {
      title: "nothing about what it added and removes again",
      args: { tables: [], schemas: [] },
      actual: { tables: ["s.t"], schemas: ["r"] },
      known: { ...NOTHING, added: ["s.t"], addedSchemas: ["r"] },
      is: NOTHING,
    },
    {
      title: "the first original of an argument that changes again",
      args: { tables: [], comment: "two", owner: "o2", publish: ["update"] },
      actual: { text: `one\n${marker("t1", { adopted: true })}`, owner: "o1", publish: ["delete"] },
      known: { ...NOTHING, comment: "", owner: "o0", publish: ["insert"] },
      is: { ...NOTHING, comment: "", owner: "o0", publish: ["insert"] },
    },
    {
      title: "an argument that the program sets only later",
      args: { tables: [], comment: "two" },
      actual: { text: `one\n${marker("t1", { adopted: true })}` },
      known: NOTHING,
      is: { ...NOTHING, comment: "one" },
    },
    {
      title: "nothing after a killed run that adopted it, which may have changed anything",
      args: { tables: ["s.t"] },
      actual: { text: marker("t0", { adopted: true }) },
      is: {},
    },
    {
      title: "nothing about a publication that it replaces",
      args: { allTables: true },
      actual: { tables: ["s.t"], text: null },
      known: { ...NOTHING, added: ["s.t"] },
      is: {},
    },
  ])("$title", ({ args, actual, known, is }) => {
    expect(remembered(args, anActual(actual), known)).toEqual(is);
  });
});

describe("delete restores an adopted publication", () => {
  const restoredFrom = (before: Preexisting, actual: Parameters<typeof anActual>[0]) =>
    restored(aState({ adopted: true, before }), anActual(actual));

  test("to what it finds if nothing is remembered", () => {
    const desired = restoredFrom({}, { name: "now", tables: ["s.t"], schemas: ["r"], publish: ["insert"] });
    expect(desired).toMatchObject({ name: "now", allTables: false, tables: [T], schemas: ["r"] });
    expect([desired.owner, desired.publish]).toEqual([undefined, undefined]);
  });

  test("without what was added, and with the original of what was changed", () => {
    const before = {
      added: ["s.t"],
      addedSchemas: ["r"],
      changed: [{ ...U, where: "(n)" }],
      owner: "them",
      viaRoot: false,
    };
    const actual = { tables: ["s.t", { ...U, columns: ["id"] }, "s.v"], schemas: ["q", "r"] };
    expect(restoredFrom(before, actual)).toMatchObject({
      ...{ tables: [{ ...U, where: "(n)" }, { name: "v" }], schemas: ["q"], owner: "them", viaRoot: false },
    });
  });

  test("but not a table that was changed and is gone now", () => {
    expect(restoredFrom({ changed: [U] }, { tables: ["s.t"] }).tables).toMatchObject([T]);
  });
});
