import { describe, expect, test } from "vitest";
import { markerOf } from "../../provider/ownership/identity";
import { alsoMarked, leftInPlace, ownershipDrift, takenBack, takeover } from "../../provider/ownership/sentences";
import type { Whose } from "../../provider/ownership/whose";
import { ANSWERS, BILLING, MARK, ORDERS, PLACE } from "../support/user/owners";

const ROLE = { kind: "role", name: "reader" } as const;
const OWN = `${MARK} (in ${ORDERS})`;
const NAMESAKE = `${MARK} (in ${BILLING})`;
const OTHER_STACK = "organization/app/prod/ClickPipesUser/user";
const EVERY = Object.keys(ANSWERS) as Whose["is"][];

describe("a refresh reports", () => {
  const LOST = `role "reader" does not carry this resource's marker in its comment`;
  const AGAIN = 'role "reader" carries the marker of another create of this resource';
  const drift: Record<Whose["is"], string[]> = {
    current: [],
    noOne: [],
    unmarked: [LOST],
    unreadable: [LOST],
    sameResource: [AGAIN],
    ambiguous: [AGAIN],
    copy: [AGAIN],
    sibling: [`role "reader" now belongs to ${NAMESAKE}`],
    otherStack: [`role "reader" now belongs to ${OTHER_STACK}`],
  };

  test.each(EVERY)("about an object that is %s", (is) => {
    expect(ownershipDrift(ROLE, ANSWERS[is])).toEqual(drift[is]);
  });
});

describe("a delete says", () => {
  const LATER = [
    "it belongs to a later create of this resource, so delete left it unchanged.",
    "If no later create is in this stack, as after an older state was restored, run `pulumi up`, which takes it over. Then destroy again.",
  ].join("\n");
  const UNMARKED = "it carries no marker of this resource. Delete left it unchanged.";
  const said: Record<Whose["is"], string> = {
    current: LATER,
    sameResource: LATER,
    copy: `it now belongs to ${OWN}. Delete left it unchanged.`,
    sibling: `it now belongs to ${NAMESAKE}. Delete left it unchanged.`,
    otherStack: `it now belongs to ${OTHER_STACK}. Delete left it unchanged.`,
    ambiguous: `it now belongs to ${MARK}. Delete left it unchanged.`,
    unmarked: UNMARKED,
    noOne: UNMARKED,
    unreadable: UNMARKED,
  };

  test.each(EVERY)("why it leaves an object in place that is %s", (is) => {
    expect(leftInPlace("it", ANSWERS[is])).toBe(said[is]);
  });
});

describe("a create says", () => {
  const CAUSES = "An interrupted run created it, Pulumi is replacing it, or another stack has the same name.";

  test.each<{ found: Whose["is"]; will: string; done: string; origin: string }>([
    {
      found: "sameResource",
      origin: `, and carries this resource's marker.\n${CAUSES}`,
      will: "`pulumi up` takes it over.",
      done: "It was taken over.",
    },
    {
      found: "copy",
      origin: `, as a copy of the one that belongs to ${OWN} in database "app" on branch br-2`,
      will: "`pulumi up` adopts it.",
      done: "It was adopted.",
    },
    {
      found: "otherStack",
      origin: `, and belongs to ${OTHER_STACK}`,
      will: "`pulumi up` adopts it.",
      done: "It was adopted.",
    },
    {
      found: "unreadable",
      origin: ", and carries a marker that cannot be read",
      will: "`pulumi up` adopts it.",
      done: "It was adopted.",
    },
    { found: "noOne", origin: "", will: "`pulumi up` adopts it.", done: "It was adopted." },
  ])("that it takes over an object that is $found, before and afterwards", ({ found, origin, will, done }) => {
    const first = `role "reader" exists${origin.replace(/\.?$/, ".")}`;
    expect(takeover(ROLE, ANSWERS[found], "will", ["Effect."])).toBe(`${first}\n${will}\nEffect.`);
    expect(takeover(ROLE, ANSWERS[found], "done", [])).toBe(`${first}\n${done}`);
  });

  test("that a marker of an earlier version may be another resource's", () => {
    const found: Whose = { is: "sameResource", owner: { mark: MARK, token: "t0" } };
    expect(takeover(ROLE, found, "will", [])).toContain(
      "a marker that an earlier version wrote for a resource of this name",
    );
  });

  test("what else carries its marker, and how to drop that", () => {
    expect(alsoMarked("role", ["a", "b"], { mark: MARK, path: ORDERS }, 'DROP ROLE "a", "b";').split("\n")).toEqual([
      `role "a", "b" also carries the marker of ${OWN}.`,
      "An interrupted run of this resource created it under that name, or another stack of the same name did. It was left unchanged.",
      "If Pulumi is replacing this resource, it deletes it next.",
      'Otherwise, if nothing uses it, run: DROP ROLE "a", "b";',
    ]);
  });
});

test("an update says that it takes back what carries another marker, and says nothing otherwise", () => {
  const said = EVERY.flatMap((is) => takenBack(ROLE, ANSWERS[is]));
  expect(said.map((text) => text.split("\n")[0])).toEqual(
    expect.arrayContaining([
      'role "reader" carried the marker of another create of this resource.',
      `role "reader" carried the marker of ${OWN} in database "app" on branch br-2.`,
    ]),
  );
  expect(said).toHaveLength(2);
});

test("a marker holds path and place, and says `adopted` only if the object was", () => {
  const identity = { mark: MARK, path: "" };
  expect(markerOf(identity, PLACE, "t1")).toEqual({ mark: MARK, path: "", token: "t1", place: PLACE });
  expect(markerOf(identity, PLACE, "t1", true)).toEqual({ ...markerOf(identity, PLACE, "t1"), adopted: true });
  expect(markerOf({ mark: MARK }, PLACE, "t1")).toEqual({ mark: MARK, token: "t1", place: PLACE });
});
