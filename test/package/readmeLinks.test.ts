import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../support/docs/snippets";

const REPOSITORY = "git+https://github.com/owner/name.git";
const HOME = "https://github.com/owner/name";

describe("README in the tarball", async () => {
  const { absoluteLinks } = await import("../../scripts/readmeLinks.mjs");

  test.each([
    ["a page", "[guide](docs/a.md#part)", `[guide](${HOME}/blob/v1.2.3/docs/a.md#part)`],
    ["a picture", "![seen](docs/a.svg)", `![seen](${HOME}/raw/v1.2.3/docs/a.svg)`],
    ["a page with a name in code", "[`Name`](docs/a.md)", `[\`Name\`](${HOME}/blob/v1.2.3/docs/a.md)`],
    ["what is absolute already", "[Pulumi](https://www.pulumi.com)", "[Pulumi](https://www.pulumi.com)"],
    ["a heading of the same page", "[above](#start)", "[above](#start)"],
  ])("links to %s", (_what, text, expected) => {
    expect(absoluteLinks(text, REPOSITORY, "v1.2.3")).toBe(expected);
  });

  test("has no relative link left, and nothing that only the repository's page can draw", () => {
    const readme = absoluteLinks(readFileSync(join(ROOT, "README.md"), "utf8"), REPOSITORY, "v1.2.3");
    expect([...readme.matchAll(/\]\((?!https:\/\/)([^)]+)\)/g)].map(([link]) => link)).toEqual([]);
    expect(readme).not.toContain("```mermaid");
  });

  test("has a link within the first two screens", () => {
    const lines = readFileSync(join(ROOT, "README.md"), "utf8").split("\n");
    expect(lines.findIndex((line) => /\]\((docs|examples)\//.test(line))).toBeLessThan(80);
  });
});
