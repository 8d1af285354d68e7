import { describe, expect, test } from "vitest";
import { whatBecame } from "../../../provider/publication/fates/whatBecame";
import { lossWarnings } from "../../../provider/publication/losses";
import type { PublishedTable } from "../../../provider/publication/sql/actual";
import type { MissingTable } from "../../../provider/publication/sql/missing";
import type { FormerSchema } from "../../../provider/publication/sql/schemas";
import { aChange, anActual, aState, aSurvey, whoseTo } from "../../support/publication/plans";

// What the state knows: s.t with OID 101. What the database has, under the name and under the OID, decides whether a reader has a hole.
const T = { schema: "s", name: "t" };
const FILTER = { given: "paid", stored: "(paid)", tree: "tree" };
const SLOT = { name: "pipe", pid: 7, held: "1 MB", names: true };

type Name = "same" | "renamed" | "moved" | "gone";
type Under = "it" | "nothing" | "another" | "another, published" | "another, published before";
type Content = "no filter" | "same filter" | "other filter";

const NOW: Record<Name, { schema: string; name: string } | undefined> = {
  same: T,
  renamed: { schema: "s", name: "u" },
  moved: { schema: "r", name: "t" },
  gone: undefined,
};

interface Fate {
  /** What the published relation is called now. */
  now: Name;
  published: boolean;
  /** What has its former name. */
  under: Under;
  content: Content;
}

const FATES: Fate[] = (["same", "renamed", "moved", "gone"] as const).flatMap((now) =>
  (now === "gone" ? [false] : [true, false]).flatMap((published) =>
    (now === "same"
      ? (["it"] as const)
      : (["nothing", "another", "another, published", "another, published before"] as const)
    ).flatMap((under) =>
      (["no filter", "same filter", "other filter"] as const).map((content) => ({ now, published, under, content })),
    ),
  ),
);

function found({ now, published, under, content }: Fate) {
  const is = NOW[now];
  const named = under === "nothing" ? null : under === "it" ? 101 : 202;
  const listed = under === "it" ? published : under.includes("published");
  const where = {
    "no filter": {},
    "same filter": { where: "(paid)", tree: "tree" },
    "other filter": { where: "(due)", tree: "x" },
  };
  const tables: PublishedTable[] = [
    ...(is && published ? [{ ...is, oid: 101, ...where[content] }] : []),
    ...(listed && under !== "it" ? [{ ...T, oid: 202 }] : []),
  ];
  const fate: MissingTable = {
    ...{ ...T, oid: 101, nowSchema: is?.schema ?? null, nowName: is?.name ?? null },
    ...{ again: !is && named !== null, published: published && is !== undefined, named, listed, attached: false },
  };
  const isSettled = under === "it" && published;
  return { actual: anActual({ tables }), missing: isSettled ? [] : [fate] };
}

function stateOf({ under, content }: Fate) {
  const isFiltered = content !== "no filter";
  const table = isFiltered ? { ...T, where: "paid" } : "s.t";
  return aState({
    tables: under === "another, published before" ? [table, "s.before"] : [table],
    tableOids: under === "another, published before" ? "101,202" : "101",
    filters: isFiltered ? { '"s"."t"': FILTER } : {},
  });
}

/** What an update to these tables warns about. */
function told(fate: Fate, tables: string[], slots = [SLOT]): string {
  const { actual, missing } = found(fate);
  const state = stateOf(fate);
  const change = aChange({ tables }, state);
  const whose = { found: whoseTo(state, actual), breaking: false };
  return lossWarnings(change, aSurvey({ missing, slots }), actual, whose).join("\n");
}

const title = ({ now, published, under, content }: Fate) =>
  `the relation is ${now}, ${published ? "published" : "not published"}, its name stands for ${under}, ${content}`;

/** By what a reader gets: nothing is judged here that the reader of a test in ../losses.test.ts did not show. */
function holes(fate: Fate, program: "stays" | "follows"): string[] {
  const { now, published, under, content } = fate;
  const is = NOW[now];
  if (program === "stays" && under !== "it") {
    // The program means what has the name now.
    return under === "another" || under === "another, published" ? ["table s.t"] : [];
  }
  if (!is) return [];
  const name = `${is.schema}.${is.name}`;
  if (!published) return [`table ${name}`];
  return content === "other filter" ? [`the row filter of ${name}`] : [];
}

describe.each(FATES.map((fate) => ({ title: title(fate), fate })))("If $title", ({ fate }) => {
  const follows = NOW[fate.now];
  test.each([
    { program: "stays" as const, tables: ["s.t"] },
    ...(follows ? [{ program: "follows" as const, tables: [`${follows.schema}.${follows.name}`] }] : []),
  ])("an update tells exactly the holes, while the program $program", ({ program, tables }) => {
    const expected = holes(fate, program);
    const text = told(fate, tables);
    if (expected.length === 0) expect(text).toBe("");
    else expect(text).toContain(`had lost ${expected.join(", ")}.`);
    // A pipe may exist whose slot is gone, or cannot be seen.
    expect(told(fate, tables, [])).toBe(text);
    expect(told(fate, [])).toBe("");
  });
});

describe("after a refresh that saw the table renamed", () => {
  const missing: MissingTable = {
    ...{ ...T, oid: 101, nowSchema: "s", nowName: "u", again: false, published: true, named: null, listed: false },
  };
  const state = aState({ tables: ["s.u"], tableOids: "101", missing: [missing] });
  const actual = anActual({ tables: ["s.u"] });
  const warned = (now: MissingTable[]) =>
    lossWarnings(aChange({ tables: ["s.t"] }, state), aSurvey({ missing: now }), actual, {
      found: whoseTo(state, actual),
      breaking: false,
    }).join();

  test("another table that has taken the name since is a hole", () => {
    expect(warned([{ ...missing, named: 202 }])).toContain("had lost table s.t.");
  });
  test("nothing under the name is none", () => expect(warned([missing])).toBe(""));
});

describe("a schema of the publication", () => {
  const state = aState({ schemas: ["k"], schemaOids: { k: 7 } });
  const warned = (schemas: FormerSchema[], actual: string[], desired: string[]) => {
    const publication = anActual({ schemas: actual });
    return lossWarnings(aChange({ schemas: desired }, state), aSurvey({ schemas }), publication, {
      found: whoseTo(state, publication),
      breaking: false,
    }).join();
  };
  test.each<{ title: string; fate: FormerSchema[]; actual: string[]; desired: string[]; lost: string; says: string[] }>(
    [
      { title: "that stays is no loss", fate: [], actual: ["k"], desired: ["k"], lost: "", says: [] },
      { title: "that was removed is one", fate: [], actual: [], desired: ["k"], lost: "schema k", says: [] },
      {
        title: "that was renamed is none, before and after the program follows",
        fate: [{ was: "k", oid: 7, now: "kk", named: null }],
        ...{ actual: ["kk"], desired: ["kk"], lost: "", says: ["schema k is called kk now"] },
      },
      {
        title: "that was renamed and removed is one, under its new name",
        fate: [{ was: "k", oid: 7, now: "kk", named: null }],
        ...{ actual: [], desired: ["kk"], lost: "schema kk", says: ["schema k is called kk now"] },
      },
      {
        title: "that another one has taken the name of is one",
        fate: [{ was: "k", oid: 7, now: "kk", named: 8 }],
        ...{ actual: ["kk"], desired: ["k"], lost: "schema k" },
        says: ["schema k is another schema now, and the former one is called kk"],
      },
      {
        title: "that was dropped and recreated is one",
        fate: [{ was: "k", oid: 7, now: null, named: 8 }],
        ...{ actual: [], desired: ["k"], lost: "schema k", says: ["schema k was dropped and recreated"] },
      },
    ],
  )("$title", ({ fate, actual, desired, lost, says }) => {
    if (lost === "") expect(warned(fate, actual, desired)).toBe("");
    else expect(warned(fate, actual, desired)).toContain(`had lost ${lost}.`);
    expect(whatBecame([], fate)).toEqual(says);
  });

  test("that was renamed says it once for all of its tables", () => {
    const moved = (name: string): MissingTable => ({
      ...{ schema: "k", name, oid: 1, nowSchema: "kk", nowName: name, again: false, published: true },
    });
    expect(whatBecame([moved("a"), moved("b")], [{ was: "k", oid: 7, now: "kk", named: null }])).toEqual([
      "schema k is called kk now",
    ]);
  });
});
