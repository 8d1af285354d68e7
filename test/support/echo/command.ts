import { spawn } from "node:child_process";
import { resolve } from "node:path";

const COMMAND = resolve(__dirname, "../../../bin/cli/main.js");

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** `pulumi-neon-clickpipes check` on the command line. */
export function runCheck(words: string[], env: Record<string, string>): Promise<Outcome> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [COMMAND, "check", ...words], { env: { PATH: process.env.PATH, ...env } });
    const outcome = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (text) => {
        outcome[stream] += text;
      });
    child.on("error", reject);
    child.on("close", (status) => done({ status, ...outcome }));
    child.stdin.end();
  });
}
