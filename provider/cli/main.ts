#!/usr/bin/env node
import { checkSource } from "./check";
import { HELP } from "./help";
import { isUsageProblem } from "./refusals";

/** `npx pulumi-neon-clickpipes check`: the exit status is 0 for ready, 1 for blocked, 2 for no answer to that. */
async function main(words: string[]): Promise<number> {
  const [command, ...rest] = words;
  if (command === undefined || command === "help" || words.includes("--help") || words.includes("-h")) {
    console.log(HELP);
    return command === undefined ? 2 : 0;
  }
  if (command === "check") return checkSource(rest);
  // Not repeated: it may be a URI with a password, for want of `check --uri`.
  console.error(`the only command is check\n\n${HELP}`);
  return 2;
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: Error) => {
    console.error(isUsageProblem(error) ? `${error.message}\nSee: npx pulumi-neon-clickpipes --help` : error.message);
    process.exitCode = 2;
  },
);
