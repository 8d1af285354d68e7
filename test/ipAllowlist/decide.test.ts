import { describe, expect, test } from "vitest";
import type { DesiredList } from "../../provider/ipAllowlist/addresses/plan";
import { decide } from "../../provider/ipAllowlist/decide";
import { listEmptied, publicBlocked } from "../../provider/ipAllowlist/refusals";
import type { Member } from "../../provider/ipAllowlist/runRegistry";
import type { Survey } from "../../provider/ipAllowlist/survey";
import { aState, aSurvey, PROJECT } from "../support/ipAllowlist/values";

const [ONE, TWO, THREE] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
const RESTRICT = { whenOpen: "restrict" } as const;
const anotherResource = (changes: Partial<Member> = {}): Member => ({
  ...{ token: "t2", edition: "e3", addresses: [] },
  ...changes,
});

interface Case {
  title: string;
  known: Survey;
  list?: { ips: string[]; protectedOnly?: boolean };
  isBlocked?: boolean;
  willClose?: boolean;
  hasWritten?: boolean;
}

/** By default, the list holds an entry of another user, and this run has written nothing. */
const decided = ({ known, list = { ips: ["10.0.0.1"] }, isBlocked, willClose = false, hasWritten = false }: Case) =>
  decide(known, willClose, {
    list: { protectedOnly: undefined, ...list },
    settings: { block_public_connections: isBlocked },
    hasWritten,
  });

describe("a run desires", () => {
  test.each<Case & { desired: DesiredList | undefined }>([
    {
      title: "the addresses of the program in a closed list",
      known: aSurvey([ONE, TWO]),
      desired: { wanted: [ONE, TWO], unwanted: [] },
    },
    {
      title: "no longer what the state has and the program does not",
      known: aSurvey([ONE], { state: aState([ONE, TWO]) }),
      desired: { wanted: [ONE], unwanted: [TWO] },
    },
    {
      title: "to keep what another resource of this run desires",
      known: aSurvey([ONE], { state: aState([ONE, TWO, THREE]), others: [anotherResource({ addresses: [TWO] })] }),
      desired: { wanted: [ONE], unwanted: [THREE] },
    },
    {
      title: "nothing in an open list that it leaves open",
      known: aSurvey([ONE]),
      list: { ips: [] },
      desired: undefined,
    },
    {
      title: "nothing in a list that was emptied, if it leaves open lists open",
      known: aSurvey([ONE], { state: aState([ONE]) }),
      list: { ips: [] },
      hasWritten: true,
      desired: undefined,
    },
    {
      title: "the addresses in an open list that it closes",
      known: aSurvey([ONE], { desired: RESTRICT }),
      list: { ips: [] },
      willClose: true,
      desired: { wanted: [ONE], unwanted: [] },
    },
    {
      title: "the addresses in a list that it has just closed",
      known: aSurvey([ONE], { desired: RESTRICT }),
      list: { ips: [ONE] },
      willClose: true,
      hasWritten: true,
      desired: { wanted: [ONE], unwanted: [] },
    },
  ])("$title", ({ desired, ...one }) => {
    expect(decided(one)).toEqual(desired);
  });
});

describe("for protected_branches_only, a run sends", () => {
  const CHANGED = aState([ONE], { protectedBranchesOnly: true, protectedBefore: false });
  const killed = { added: [], protectedBefore: false, closes: false };

  test.each<Case & { sent: boolean | undefined }>([
    {
      title: "the value that the program sets",
      known: aSurvey([ONE], { desired: { protectedBranchesOnly: true } }),
      list: { ips: [ONE], protectedOnly: false },
      sent: true,
    },
    {
      title: "the value that the program sets, and not the earlier one, if the program sets it again",
      known: aSurvey([ONE], { desired: { protectedBranchesOnly: true }, state: CHANGED }),
      list: { ips: [ONE], protectedOnly: true },
      sent: true,
    },
    {
      title: "nothing if the program does not set it and this resource never did",
      known: aSurvey([ONE], { state: aState([ONE]) }),
      list: { ips: [ONE], protectedOnly: true },
      sent: undefined,
    },
    {
      title: "the earlier value if the program no longer sets it",
      known: aSurvey([ONE], { state: CHANGED }),
      list: { ips: [ONE], protectedOnly: true },
      sent: false,
    },
    {
      title: "nothing if another user has changed it back since",
      known: aSurvey([ONE], { state: CHANGED }),
      list: { ips: [ONE], protectedOnly: false },
      sent: undefined,
    },
    {
      title: "nothing if another resource of this run sets it",
      known: aSurvey([ONE], { state: CHANGED, others: [anotherResource({ protectedBranchesOnly: true })] }),
      list: { ips: [ONE], protectedOnly: true },
      sent: undefined,
    },
    {
      title: "the earlier value if another resource of this run does not set it",
      known: aSurvey([ONE], { state: CHANGED, others: [anotherResource()] }),
      list: { ips: [ONE], protectedOnly: true },
      sent: false,
    },
    {
      title: "the value from before a run that was killed after it changed it",
      known: aSurvey([ONE], { pending: killed }),
      list: { ips: [ONE], protectedOnly: true },
      sent: false,
    },
    {
      title: "nothing if the killed run never came to change it",
      known: aSurvey([ONE], { pending: killed }),
      list: { ips: [ONE], protectedOnly: false },
      sent: undefined,
    },
    {
      title: "the value from before the state, if a killed run changed it once more",
      known: aSurvey([ONE], { state: CHANGED, pending: { ...killed, protectedBefore: true } }),
      list: { ips: [ONE], protectedOnly: true },
      sent: false,
    },
  ])("$title", ({ sent, ...one }) => {
    expect(decided(one)?.protectedOnly).toBe(sent);
    expect(decided(one)?.wanted).toEqual([ONE]);
  });
});

describe("a run refuses", () => {
  test.each<Case & { error: Error }>([
    {
      title: "a project that blocks public connections",
      known: aSurvey([ONE]),
      isBlocked: true,
      error: publicBlocked(PROJECT),
    },
    {
      title: "a project that blocks public connections, even if the list is open and stays open",
      known: aSurvey([ONE]),
      list: { ips: [] },
      isBlocked: true,
      error: publicBlocked(PROJECT),
    },
    {
      title: "to close a list again that another user emptied",
      known: aSurvey([ONE], { desired: RESTRICT, state: aState([ONE], RESTRICT) }),
      list: { ips: [] },
      error: listEmptied(PROJECT),
    },
    {
      title: "to close a list again that another user emptied right after it was closed",
      known: aSurvey([ONE], { desired: RESTRICT }),
      list: { ips: [] },
      willClose: true,
      hasWritten: true,
      error: listEmptied(PROJECT),
    },
  ])("$title", ({ error, ...one }) => {
    expect(() => decided(one)).toThrow(error);
  });
});
