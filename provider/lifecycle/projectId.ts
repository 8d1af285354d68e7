import type { Arguments } from "./arguments";

export function readProjectId(args: Arguments): string | undefined {
  return args.text("projectId", {
    required: true,
    pattern: /^[A-Za-z0-9_-]+$/,
    expected: 'the id of a Neon project, such as "quiet-river-123456"',
  });
}
