import { describe, expect, test } from "vitest";
import { RunRegistry } from "../../provider/ipAllowlist/runRegistry";
import { planClosing, type Survey, survey } from "../../provider/ipAllowlist/survey";
import { aState, aSurvey, PROJECT, someInputs } from "../support/ipAllowlist/values";

const [ONE, TWO] = ["192.0.2.1", "192.0.2.2"];
const RESTRICT = { whenOpen: "restrict" } as const;
const OPEN = { ...RESTRICT, effective: "open" } as const;

describe("a run", () => {
  test.each<{ title: string; known: Survey; ips: string[]; expected: "none" | "prove" | "close" }>([
    {
      title: "leaves an open list open by default",
      known: aSurvey([ONE]),
      ips: [],
      expected: "none",
    },
    {
      title: "closes an open list with `restrict`",
      known: aSurvey([ONE], { desired: RESTRICT }),
      ips: [],
      expected: "close",
    },
    {
      title: "closes an open list once the program changes to `restrict`",
      known: aSurvey([ONE], { desired: RESTRICT, state: aState([], { effective: "open" }) }),
      ips: [],
      expected: "close",
    },
    {
      title: "does not close a list that was emptied after the last run closed it",
      known: aSurvey([ONE], { desired: RESTRICT, state: aState([ONE], RESTRICT) }),
      ips: [],
      expected: "none",
    },
    {
      title: "has nothing to close if another user has closed the list",
      known: aSurvey([ONE], { desired: RESTRICT }),
      ips: ["10.0.0.1"],
      expected: "none",
    },
    {
      title: "has nothing to close if another user's list contains an address of the program",
      known: aSurvey([ONE], { desired: RESTRICT }),
      ips: [ONE],
      expected: "none",
    },
    {
      title: "proves a close that a failed run has in the state",
      known: aSurvey([ONE], { desired: RESTRICT, state: aState([ONE], OPEN) }),
      ips: [ONE],
      expected: "prove",
    },
    {
      title: "has nothing to prove if the entries of the failed run are gone",
      known: aSurvey([ONE], { desired: RESTRICT, state: aState([ONE], OPEN) }),
      ips: ["10.0.0.1"],
      expected: "none",
    },
    {
      title: "proves a close that a killed run noted",
      known: aSurvey([ONE], { desired: RESTRICT, pending: { added: [ONE], closes: true } }),
      ips: ["10.0.0.1", ONE],
      expected: "prove",
    },
    {
      title: "has nothing to prove if the killed run added to a list that was closed already",
      known: aSurvey([ONE], { desired: RESTRICT, pending: { added: [ONE], closes: false } }),
      ips: ["10.0.0.1", ONE],
      expected: "none",
    },
    {
      title: "has nothing to prove if the program no longer restricts",
      known: aSurvey([ONE], { state: aState([ONE], OPEN) }),
      ips: [ONE],
      expected: "none",
    },
  ])("$title", ({ known, ips, expected }) => {
    expect(planClosing(known, ips)).toBe(expected);
  });
});

describe("before it reads the list, a run knows", () => {
  test("the entries of the state and of a killed run that the program no longer lists", () => {
    const pending = { added: ["192.0.2.4", "192.0.2.3"], closes: false };
    const { gone } = survey(new RunRegistry(), someInputs([ONE]), aState([ONE, TWO, "192.0.2.3"]), pending);
    expect(gone).toEqual([TWO, "192.0.2.3", "192.0.2.4"]);
  });

  test("the other resources of the run in the same project, but not itself", () => {
    const registry = new RunRegistry();
    const first = survey(registry, someInputs([ONE]), undefined, undefined);
    survey(registry, someInputs([TWO], { projectId: "another-river-1" }), undefined, undefined);
    const second = survey(registry, someInputs([TWO]), undefined, undefined);
    expect(first.others).toEqual([]);
    expect(second.others).toEqual([expect.objectContaining({ token: first.token, addresses: [ONE] })]);
    expect(registry.othersOf(PROJECT, first.token)).toEqual([
      expect.objectContaining({ token: second.token, addresses: [TWO] }),
    ]);
  });

  test("the token of the state, and a new edition", () => {
    const { token, edition } = survey(new RunRegistry(), someInputs([ONE]), aState([ONE]), undefined);
    expect(token).toBe("t1");
    expect(edition).not.toBe("e1");
  });
});
