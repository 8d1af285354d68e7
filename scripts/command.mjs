import { spawn } from "node:child_process";

const running = new Set();
process.on("exit", () => {
  for (const child of running) killGroup(child);
});

function killGroup(child) {
  try {
    // Windows has no process groups to signal.
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has already ended.
  }
}

/**
 * Runs a command to its end. The message of a failure names the command and includes its output.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, timeoutMs?: number, signal?: AbortSignal, onLine?: (line: string) => void }} [options]
 * @returns {Promise<string>} what it wrote to stdout
 */
export function runCommand(command, args, { cwd, env, timeoutMs, signal, onLine } = {}) {
  return new Promise((resolve, reject) => {
    // In its own process group, so that a time-out also ends what the command started.
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    running.add(child);
    let stdout = "";
    let output = "";
    let ended = "";
    const stop = (why) => {
      ended = why;
      killGroup(child);
    };
    const timer = timeoutMs && setTimeout(() => stop(`took longer than ${timeoutMs / 1000} s`), timeoutMs);
    const onAbort = () => stop("was stopped");
    signal?.addEventListener("abort", onAbort);
    const onData = (chunk) => {
      output += chunk;
      if (onLine) for (const line of String(chunk).split("\n")) if (line.trim()) onLine(line);
    };
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      onData(chunk);
    });
    child.stderr.on("data", onData);
    const finish = (reason) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      running.delete(child);
      if (!reason) return resolve(stdout);
      const said = excerpt(output);
      reject(new Error(`\`${[command, ...args].join(" ")}\` ${reason}${said && `:\n${said}`}`));
    };
    child.on("error", (error) => finish(`could not be started (${error.message})`));
    child.on("close", (code, killedBy) =>
      finish(ended || (code === 0 ? "" : `ended with ${killedBy ?? `code ${code}`}`)),
    );
  });
}

/** Some commands name the cause first, others last. */
function excerpt(output) {
  const lines = output.split("\n").filter((line) => line.trim());
  return (lines.length <= 40 ? lines : [...lines.slice(0, 20), "…", ...lines.slice(-20)]).join("\n");
}
