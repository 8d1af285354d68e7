#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkSource } from "./check";
import { HELP } from "./help";
import { isUsageProblem } from "./refusals";

/** `npx pulumi-neon-clickpipes check`. Exit status: 0 if the source is ready, 1 if it is blocked, 2 if that is unknown. */
async function main(words: string[]): Promise<number> {
  const [command, ...rest] = words;
  if (command === undefined || command === "help" || words.includes("--help") || words.includes("-h")) {
    console.log(HELP);
    return command === undefined ? 2 : 0;
  }
  if (words.includes("--version")) {
    console.log(readVersion());
    return 0;
  }
  if (command === "check") return checkSource(rest);
  // Do not repeat the word: it may be a URI with a password, without the `check --uri` before it.
  console.error(`The only command is check.\n\n${HELP}`);
  return 2;
}

function readVersion(): string {
  return (JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { version: string }).version;
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: Error) => {
    console.error(
      isUsageProblem(error)
        ? `${error.message}\nFor the options, run: npx pulumi-neon-clickpipes --help`
        : error.message,
    );
    process.exitCode = 2;
  },
);
