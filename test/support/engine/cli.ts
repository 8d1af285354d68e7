import { spawn } from "node:child_process";
import { killTree } from "./processTree";

export interface CommandOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  timeoutMs?: number;
  /** Ends the run when aborted: SIGKILL to it and all it started (as a crash would), or SIGINT to the CLI alone (as Ctrl-C would). */
  signal?: AbortSignal;
  killSignal?: "SIGKILL" | "SIGINT";
  onOutput?: (text: string) => void;
}

export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Both, in the order they were written. */
  output: string;
}

const running = new Set<number>();
process.on("exit", () => {
  for (const pid of running) killTree(pid);
});

/** Runs `pulumi`, which the global set-up put on PATH, to its end; a code other than 0 is a result, not an error. */
export function runPulumi(args: string[], options: CommandOptions): Promise<CommandResult> {
  return runTree("pulumi", args, options);
}

/** The same for lines of a shell, which ends at the first that fails. */
export function runShell(script: string, options: CommandOptions): Promise<CommandResult> {
  return runTree("bash", ["-euo", "pipefail", "-c", script], options);
}

function runTree(command: string, args: string[], options: CommandOptions): Promise<CommandResult> {
  const { cwd, env, timeoutMs = 120_000, signal, killSignal = "SIGKILL", onOutput } = options;
  const title = `${command} ${args.join(" ")}`;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const pid = child.pid;
    if (pid) running.add(pid);
    const result = { exitCode: -1, stdout: "", stderr: "", output: "" };
    let timedOut = false;
    const end = (how: "SIGKILL" | "SIGINT") => pid && (how === "SIGINT" ? child.kill("SIGINT") : killTree(pid));
    const timer = setTimeout(() => {
      timedOut = true;
      end("SIGKILL");
    }, timeoutMs);
    const onAbort = () => end(killSignal);
    signal?.addEventListener("abort", onAbort);
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        result[name] += text;
        result.output += text;
        onOutput?.(text);
      });
    }
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      if (pid) running.delete(pid);
      finish();
    };
    child.on("error", (error) =>
      settle(() =>
        reject(new Error(`${title}: ${error.message}. Is the folder \`node scripts/engine.mjs\` names on PATH?`)),
      ),
    );
    child.on("close", (code) =>
      settle(() => {
        if (timedOut)
          reject(new Error(`${title} took longer than ${timeoutMs / 1000} s and was killed\n${result.output}`));
        else resolve({ ...result, exitCode: code ?? -1 });
      }),
    );
  });
}
