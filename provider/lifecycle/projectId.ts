import type { Arguments } from "./arguments";
import { isUnknown } from "./unknown";

export function readProjectId(args: Arguments): string {
  return args.text("projectId", {
    required: true,
    pattern: /^[A-Za-z0-9_-]+$/,
    expected: 'the id of a Neon project, such as "quiet-river-123456"',
  });
}

/** A resource cannot move from one project to another. */
export function replacedProject(before: { projectId: string }, now: { projectId: string }): "projectId"[] {
  return isUnknown(now.projectId) || before.projectId === now.projectId ? [] : ["projectId"];
}
