import { describe, expect, test } from "vitest";
import { Arguments } from "../../provider/lifecycle/arguments";
import { readProjectId, replacedProject } from "../../provider/lifecycle/projectId";
import { UNKNOWN_TEXT } from "../../provider/lifecycle/unknown";

const EXPECTED = 'projectId: expected the id of a Neon project, such as "quiet-river-123456"';

describe("the id of a project", () => {
  test.each([
    { id: "quiet-river-123456", problems: [] },
    { id: UNKNOWN_TEXT, problems: [] },
    { id: "p_1", problems: [] },
    { id: "", problems: [EXPECTED] },
    { id: "quiet river", problems: [EXPECTED] },
    { id: "../projects/other", problems: [EXPECTED] },
    { id: "a?b", problems: [EXPECTED] },
    { id: undefined, problems: ["projectId: is required"] },
    { id: 7, problems: ["projectId: expected a string, found a number"] },
  ])("$id has the problems $problems", ({ id, problems }) => {
    const args = new Arguments({ projectId: id });
    readProjectId(args);
    expect(args.problems).toEqual(problems);
  });

  test.each([
    { before: "p-1", now: "p-1", replaces: [] },
    { before: "p-1", now: "p-2", replaces: ["projectId"] },
    { before: "p-1", now: UNKNOWN_TEXT, replaces: [] },
  ])("changed from $before to $now replaces for $replaces", ({ before, now, replaces }) => {
    expect(replacedProject({ projectId: before }, { projectId: now })).toEqual(replaces);
  });
});
