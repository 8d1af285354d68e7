import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseComment } from "../../../provider/postgres/sql/mark";
import { alsoMarkedWarnings, judgeRemoval } from "../../../provider/publication/ownership";
import type { PublicationState } from "../../../provider/publication/state";
import { nextStep } from "../../../provider/publication/step";
import type { Survey } from "../../../provider/publication/survey";
import { holds } from "../../support/properties";
import { type Case, decided, OTHERS, T } from "../../support/publication/decisions";
import {
  aChange,
  anActual,
  anAsker,
  aState,
  aSurvey,
  earlierMarker,
  HERE,
  MARK,
  marker,
  OTHER_MARK,
} from "../../support/publication/plans";
import { refusalOf } from "../../support/refusalOf";

const SIBLING = MARK.replace("orders", "billing");
const EXISTS = 'publication "p" already exists and';
const ELSEWHERE = { ...HERE, database: "template" };

describe("a publication that exists is refused to", () => {
  const create = (args: Case["args"], text: string): Case => ({
    title: "",
    args: { tables: [], ...args },
    found: { actual: anActual({ text }) },
  });
  const update = (text: string, before: Partial<PublicationState> = {}, actual = {}): Case => ({
    title: "",
    args: { tables: [] },
    before: aState(before),
    found: { actual: anActual({ text, ...actual }) },
  });

  test.each<[string, Case, string]>([
    [
      "a create, if it is a sibling's",
      create({}, marker("x", { mark: SIBLING })),
      `${EXISTS} belongs to ${SIBLING} (in no component), a resource of this stack.`,
    ],
    [
      "a create, if it is a sibling's, even with adopt",
      create({ adopt: true }, marker("x", { mark: SIBLING })),
      "share it: pass that resource as `publication`.",
    ],
    [
      "a create, if the sibling differs only in its path",
      create({ adopt: true }, marker("x", { path: "acme:index:Billing" })),
      `${EXISTS} belongs to ${MARK} (in acme:index:Billing), a resource of this stack.`,
    ],
    [
      "a create without adopt, if it is a copy of its own in another database",
      create({}, marker("x", { place: ELSEWHERE })),
      `${EXISTS} is a copy of the one that belongs to ${MARK} in database "template" (system identifier ${ELSEWHERE.systemIdentifier}).`,
    ],
    [
      "a create without adopt, if its marker cannot be read",
      create({}, "pulumi-neon-clickpipes: {"),
      `${EXISTS} carries a marker that cannot be read.`,
    ],
    ["an update, if another stack adopted it", update(OTHERS), 'publication "p" now belongs to'],
    ["an update, if a sibling has it", update(marker("x", { mark: SIBLING })), 'publication "p" now belongs to'],
    [
      "an update that would rename the state's publication, after another stack adopted it",
      update(OTHERS, { name: "old" }, { name: "old" }),
      'publication "old" now belongs to',
    ],
    [
      "an update, if no OID tells and another stack has one of that name",
      update(OTHERS, { oid: undefined }),
      'publication "p" now belongs to',
    ],
  ])("%s", (_title, one, message) => {
    expect(refusalOf(() => decided(one))).toContain(message);
  });

  test("a create that resumes with other arguments, if an update would need allowReplace", () => {
    const found = { actual: anActual({ tables: ["s.t"], text: marker("t0") }) };
    for (const args of [{ allTables: true }, { tables: [], schemas: ["s"] }])
      expect(refusalOf(() => decided({ title: "", args, found }))).toContain("set `allowReplace: true`");
  });

  test("a create and an update, if two resources of the program may have made it", () => {
    const asker = () => anAsker(undefined, { hasNamesake: true });
    const actual = anActual({ text: earlierMarker("x") });
    const refused = (before?: PublicationState) => {
      const change = { ...aChange({ tables: [], adopt: true }, before), asker };
      return refusalOf(() => nextStep(change, { filters: {} }, aSurvey({ actual })));
    };
    expect(refused()).toContain(`${EXISTS} carries a marker of an earlier version`);
    const [first, , ...ways] = refused(aState())?.split("\n") ?? [];
    expect(first).toBe(
      'publication "p" carries a marker of an earlier version, which two resources of this program may have made.',
    );
    expect(ways.join("\n")).toContain("remove the marker (COMMENT ON PUBLICATION");
  });
});

describe("a preview of an update", () => {
  const previewed = (text: string | null, name = "p", formerName = "p") => {
    const change = { ...aChange({ tables: [], allowReplace: true }), formerName, asker: () => anAsker() };
    return () => nextStep(change, { filters: {} }, aSurvey({ actual: anActual({ text, name }) }));
  };

  test("refuses what another resource owns now", () => {
    expect(refusalOf(previewed(OTHERS))).toContain('publication "p" now belongs to');
    expect(refusalOf(previewed(OTHERS, "p", "old"))).toContain(EXISTS);
  });

  test("accepts what may be the state's, whose token it does not know", () => {
    for (const text of [marker("x"), marker("x", { place: ELSEWHERE }), earlierMarker("x"), null])
      expect(previewed(text)()).toHaveProperty("step");
  });
});

describe("a create that takes over says", () => {
  const effects = (args: Case["args"], found: Parameters<typeof anActual>[0], more: Partial<Survey> = {}) => {
    const next = nextStep(aChange(args), { filters: {} }, aSurvey({ actual: anActual(found), ...more }));
    return "inTheWay" in next ? undefined : next.progress.takeover?.effects;
  };

  test("what it changes, and what delete will do", () => {
    const args = { tables: ["s.t", { ...T, name: "u", columns: ["id"] }], publish: ["insert"] };
    const found = { tables: ["s.u", "s.v"], text: marker("t0") };
    expect(effects(args, found)).toEqual([
      "Tables added: s.t.",
      "Tables removed: s.v.",
      "Columns or row filters set: s.u.",
      "Parameters set: publish = 'insert'.",
      "Delete drops it.",
    ]);
    expect(effects({ tables: ["s.t"], adopt: true }, { text: OTHERS })?.at(-1)).toBe("Delete leaves it in place.");
    const adopting = { tables: [], adopt: true, deleteAdopted: true };
    expect(effects(adopting, { text: null })).toEqual(["Delete drops it."]);
  });

  test("that a pipe may lack changes of what a resumed create adds while slots are there", () => {
    const slots = [{ name: "a", pid: null, held: "16 MB", names: null }];
    const resumed = { text: marker("t0") };
    expect(effects({ tables: ["s.t"] }, resumed, { slots })).toContain("It may be read through slot a (inactive).");
    expect(effects({ tables: [] }, resumed, { slots })).toEqual(["Delete drops it."]);
    expect(effects({ tables: ["s.t"], adopt: true }, { text: null }, { slots })?.join()).not.toContain("slot");
  });

  test("that it replaces, instead of what differs", () => {
    const found = { allTables: true, text: marker("t0") };
    expect(effects({ tables: ["s.t"], allowReplace: true }, found)).toEqual([
      "It is dropped and recreated.",
      "Delete drops it.",
    ]);
  });

  test("the same at a second attempt, which finds its own token", () => {
    const takeover = { found: { is: "noOne" as const }, effects: ["once"] };
    const found = { actual: anActual({ text: marker("t2", { adopted: true }) }) };
    const next = nextStep(aChange({ tables: [] }), { filters: {}, takeover }, aSurvey(found));
    expect(next).toMatchObject({ step: { adopted: true }, progress: { takeover } });
  });
});

describe("other publications with the marker of a create", () => {
  const warned = (text: string, name = "left", path: string | undefined = "") => {
    const marked = [{ name, marked: parseComment(text) }];
    return alsoMarkedWarnings(aChange({ tables: [], path }), aSurvey({ marked }));
  };

  test("are named with the statement that drops them, or removes only the marker of an adopted one", () => {
    expect(warned(marker("x"))).toEqual([
      expect.stringMatching(/"left" also carries[\s\S]*run: drop publication "left";$/),
    ]);
    expect(warned(`theirs\n${marker("x", { adopted: true })}`)).toEqual([
      expect.stringMatching(/run: comment on publication "left" is 'theirs';$/),
    ]);
  });

  test.each<[string, string[]]>([
    ["under its own name", warned(marker("x"), "p")],
    ["with another path", warned(marker("x", { path: "acme:index:Billing" }))],
    ["without a path", warned(earlierMarker("x"))],
    ["of another resource", warned(marker("x", { mark: OTHER_MARK }))],
    ["of another place", warned(marker("x", { place: ELSEWHERE }))],
  ])("are not warned about %s", (_title, warnings) => {
    expect(warnings).toEqual([]);
  });
});

describe("delete", () => {
  const token = fc.constantFrom(undefined, "t1", "t2");
  const text = fc.oneof(
    fc.constantFrom(null, "by hand", "pulumi-neon-clickpipes: {", earlierMarker("t1"), earlierMarker("t9")),
    fc
      .record({
        token: fc.constantFrom("t1", "t2"),
        mark: fc.constantFrom(MARK, SIBLING, OTHER_MARK),
        path: fc.constantFrom("", "acme:index:Billing"),
        place: fc.constantFrom(HERE, ELSEWHERE),
        adopted: fc.constantFrom(undefined, true),
      })
      .map(({ token: written, ...more }) => marker(written, more)),
  );
  const flag = fc.constantFrom(undefined, false, true);
  const scene = fc.record({
    token,
    text,
    oid: fc.constantFrom(undefined, 1, 16500),
    adopted: flag,
    deleteAdopted: flag,
    hasNamesake: flag,
  });

  test("acts only on the token of the state, and otherwise gives back only the unmarked one that it adopted with a token", () => {
    holds(scene, ({ token: known, text: written, oid, adopted, deleteAdopted, hasNamesake }) => {
      const state = aState({ token: known, oid, adopted, deleteAdopted });
      const actual = anActual({ text: written });
      const { act } = judgeRemoval(state, actual, anAsker(state, { hasNamesake }));
      const isOwn = known !== undefined && actual.marked.owner?.token === known;
      const isUnmarked = !actual.marked.owner && oid === actual.oid;
      const isGivenBack = adopted === true && !deleteAdopted;
      const proven = isGivenBack ? "giveBack" : "drop";
      const unproven = !isGivenBack ? "refuse" : known === undefined ? "leave" : "giveBack";
      expect(act).toBe(isOwn ? proven : isUnmarked ? unproven : "leave");
    });
  });

  test("drops nothing if neither the state nor the marker has a token", () => {
    const state = aState({ token: undefined, oid: undefined });
    expect(judgeRemoval(state, anActual({ text: null }), anAsker(state)).act).toBe("leave");
  });
});
