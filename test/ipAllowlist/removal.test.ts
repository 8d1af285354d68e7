import { describe, expect, test } from "vitest";
import { wouldOpen } from "../../provider/ipAllowlist/refusals";
import { decideRemoval } from "../../provider/ipAllowlist/remove";
import { PROJECT } from "../support/ipAllowlist/values";

const [ONE, TWO] = ["192.0.2.1", "192.0.2.2"];
const DESIRED = { wanted: [], unwanted: [ONE, TWO], protectedOnly: false };

interface Case {
  title: string;
  ips: string[];
  hasWritten?: boolean;
  allowOpenOnDelete?: boolean;
}

const decided = ({ ips, hasWritten = false, allowOpenOnDelete }: Case) =>
  decideRemoval({ projectId: PROJECT, allowOpenOnDelete }, { list: { ips, protectedOnly: true }, hasWritten }, DESIRED);

describe("a delete", () => {
  test.each<Case & { isSent: boolean }>([
    { title: "removes its entries next to those of others", ips: ["10.0.0.1", ONE, TWO], isSent: true },
    { title: "removes its entries if another user added one of them once more", ips: [ONE, TWO, ONE], isSent: true },
    { title: "leaves an open list alone", ips: [], isSent: false },
    {
      title: "leaves a list alone that it has written, even if its entries are back",
      ips: ["10.0.0.1", ONE],
      hasWritten: true,
      isSent: false,
    },
    { title: "opens the list with `allowOpenOnDelete`", ips: [TWO, ONE], allowOpenOnDelete: true, isSent: true },
  ])("$title", ({ isSent, ...one }) => {
    expect(decided(one)).toEqual(isSent ? DESIRED : undefined);
  });

  test.each<Case>([
    { title: "refuses to remove the last entries", ips: [ONE, TWO] },
    { title: "refuses to remove the last entry, if another user removed the others", ips: [TWO] },
    { title: "refuses to open the list with `allowOpenOnDelete: false`", ips: [ONE, TWO], allowOpenOnDelete: false },
  ])("$title", (one) => {
    expect(() => decided(one)).toThrow(wouldOpen(PROJECT));
  });
});
