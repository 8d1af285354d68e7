import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { allCommands, EXCUSED, scriptsIn } from "../support/docs/commands";
import { PAGES, ROOT } from "../support/docs/snippets";

describe("the commands of README, docs and examples", () => {
  test("name scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: object };
    const named = [...PAGES, "CONTRIBUTING.md"].flatMap((page) => scriptsIn(page).map((name) => `${page}: ${name}`));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((line) => !((line.split(": ")[1] as string) in scripts))).toEqual([]);
  });

  // test/engine/pages.test.ts runs the others.
  test("need each excuse", () => {
    const commands = [...allCommands().keys()];
    expect(commands.length).toBeGreaterThan(20);
    expect(EXCUSED.filter(({ command }) => !commands.some((one) => command.test(one)))).toEqual([]);
  });

  test("have no placeholder that a shell would take for a redirection", () => {
    expect([...allCommands().keys()].filter((command) => /<[a-z ]+>/.test(command))).toEqual([]);
  });
});
