import { describe, expect, test } from "vitest";
import { outputsWhenDone, outputsWhenFailed, outputsWhenOpen } from "../../provider/ipAllowlist/decide";
import type { Edit } from "../../provider/ipAllowlist/editRecord";
import type { Survey } from "../../provider/ipAllowlist/survey";
import { anEdit, aState, aSurvey } from "../support/ipAllowlist/values";

const [ONE, TWO, THREE] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
const WRITTEN = { carriedOut: 1, unclear: 0 };
const REFUSED = { carriedOut: 0, unclear: 0 };
const UNCLEAR = { carriedOut: 0, unclear: 1 };

interface Case {
  title: string;
  known: Survey;
  edit: Edit;
  added?: string[];
  protectedBefore?: boolean;
}

describe("the state after an edit that succeeded has", () => {
  test.each<Case>([
    {
      title: "the entries that it added, sorted",
      known: aSurvey([ONE, TWO]),
      edit: anEdit({ added: [TWO, ONE], seen: [], writes: WRITTEN }),
      added: [ONE, TWO],
    },
    {
      title: "the earlier entries that are still in the list, each once",
      known: aSurvey([ONE, TWO], { state: aState([ONE]) }),
      edit: anEdit({ added: [TWO, ONE], seen: [ONE], writes: WRITTEN }),
      added: [ONE, TWO],
    },
    {
      title: "no entry that was missing from the list at any read",
      known: aSurvey([ONE, TWO], { state: aState([ONE, TWO]) }),
      edit: anEdit({ seen: [TWO] }),
      added: [TWO],
    },
    {
      title: "no entry that the program no longer lists",
      known: aSurvey([ONE], { state: aState([ONE, TWO]) }),
      edit: anEdit({ seen: [ONE, TWO], writes: WRITTEN }),
      added: [ONE],
    },
    {
      title: "no entry that the edit removed, even if another user put it back at once",
      known: aSurvey([TWO]),
      edit: anEdit({ added: [ONE, TWO], removed: [ONE], seen: [ONE, TWO], writes: WRITTEN }),
      added: [TWO],
    },
    {
      title: "protected_branches_only as the edit found it",
      known: aSurvey([ONE], { desired: { protectedBranchesOnly: true } }),
      edit: anEdit({ added: [ONE], protectedBefore: false, writes: WRITTEN }),
      added: [ONE],
      protectedBefore: false,
    },
    {
      title: "protected_branches_only as it was before the first change",
      known: aSurvey([ONE], {
        desired: { protectedBranchesOnly: true },
        state: aState([ONE], { protectedBranchesOnly: false, protectedBefore: true }),
      }),
      edit: anEdit({ seen: [ONE], protectedBefore: false, writes: WRITTEN }),
      added: [ONE],
      protectedBefore: true,
    },
    {
      title: "no earlier protected_branches_only once it was restored",
      known: aSurvey([ONE], { state: aState([ONE], { protectedBranchesOnly: true, protectedBefore: false }) }),
      edit: anEdit({ seen: [ONE], protectedBefore: true, writes: WRITTEN }),
      added: [ONE],
    },
  ])("$title", ({ known, edit, added, protectedBefore }) => {
    const { token, edition } = known;
    expect(outputsWhenDone(known, edit)).toEqual({ effective: "restricted", token, edition, added, protectedBefore });
  });
});

describe("the state after an edit that failed has", () => {
  test.each<Case & { willClose?: boolean; effective: "open" | "restricted" }>([
    {
      title: "the entries that may have been added",
      known: aSurvey([ONE]),
      edit: anEdit({ added: [ONE], seen: [], writes: UNCLEAR }),
      effective: "restricted",
      added: [ONE],
    },
    {
      title: "an open list if it was about to close it, so that the next run proves it again",
      known: aSurvey([ONE], { desired: { whenOpen: "restrict" } }),
      edit: anEdit({ added: [ONE], seen: [], writes: WRITTEN }),
      willClose: true,
      effective: "open",
      added: [ONE],
    },
    {
      title: "the entries that the program no longer lists, if no write was carried out",
      known: aSurvey([ONE], { state: aState([ONE, TWO]) }),
      edit: anEdit({ seen: [ONE, TWO], writes: UNCLEAR }),
      effective: "restricted",
      added: [ONE, TWO],
    },
    {
      title: "none of the entries that the program no longer lists, once a write was carried out",
      known: aSurvey([ONE, THREE], { state: aState([ONE, TWO]) }),
      edit: anEdit({ added: [THREE], seen: [ONE], writes: WRITTEN }),
      effective: "restricted",
      added: [ONE, THREE],
    },
    {
      title: "all earlier entries if the list was never read",
      known: aSurvey([ONE], { state: aState([ONE, TWO]) }),
      edit: anEdit({ writes: REFUSED }),
      effective: "restricted",
      added: [ONE, TWO],
    },
    {
      title: "the earlier protected_branches_only until a write restores it",
      known: aSurvey([ONE], { state: aState([ONE], { protectedBranchesOnly: true, protectedBefore: false }) }),
      edit: anEdit({ seen: [ONE], writes: UNCLEAR }),
      effective: "restricted",
      added: [ONE],
      protectedBefore: false,
    },
    {
      title: "no earlier protected_branches_only once a write restored it",
      known: aSurvey([ONE], { state: aState([ONE], { protectedBranchesOnly: true, protectedBefore: false }) }),
      edit: anEdit({ seen: [ONE], writes: WRITTEN }),
      effective: "restricted",
      added: [ONE],
    },
  ])("$title", ({ known, edit, willClose = false, effective, added, protectedBefore }) => {
    const { token, edition } = known;
    expect(outputsWhenFailed(known, willClose, edit)).toEqual({ effective, token, edition, added, protectedBefore });
  });
});

test("the state of an open list has no entries, whatever it had before", () => {
  const known = aSurvey([ONE], { state: aState([ONE], { protectedBranchesOnly: true, protectedBefore: false }) });
  expect(outputsWhenOpen(known)).toEqual({ effective: "open", wasClosed: true, token: "t1", edition: "e2", added: [] });
});
