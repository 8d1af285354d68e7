import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresBinaries } from "./binaries";
import { unprivilegedUser } from "./unprivilegedUser";

export type ShutdownMode = "fast" | "immediate";

const SIGNALS = { fast: "INT", immediate: "QUIT" } as const;

/**
 * Runs the server as its child and reads signal names from a pipe. However this process ends, even by SIGKILL, the
 * pipe closes with it; then the shell stops the server and removes its folder.
 */
const KEEPER = `
exec 3<&0 </dev/null
folder=$1; log=$2; shift 2
"$@" 3<&- >>"$log" 2>&1 &
server=$!
( while read -r signal <&3; do kill -s "$signal" $server; done
  trap '' TERM; kill -s QUIT $server; exit 7 ) &
watcher=$!
wait $server; code=$?
kill $watcher 2>/dev/null; wait $watcher
if [ $? = 7 ]; then rm -rf "$folder"; fi
exit $code
`;

/** One life of a server on its data folder, from start to shutdown. */
export interface PostgresProcess {
  stop(mode: ShutdownMode): Promise<void>;
}

export interface ProcessOptions {
  binaries: PostgresBinaries;
  dataDirectory: string;
  logFile: string;
  port: number;
}

/** Resolves once the server accepts connections; rejects, with the end of its log, when it ends before that. */
export async function startProcess(options: ProcessOptions): Promise<PostgresProcess> {
  const { binaries, dataDirectory, logFile, port } = options;
  // A server that was killed leaves its lock file behind.
  rmSync(join(dataDirectory, "postmaster.pid"), { force: true });
  const command = [binaries.postgres, "-D", dataDirectory, "-p", String(port)];
  const keeper = spawn("/bin/sh", ["-c", KEEPER, "keeper", dirname(dataDirectory), logFile, ...command], {
    ...unprivilegedUser(),
    env: binaries.environment,
    cwd: "/",
    // Its own session: Ctrl-C in a terminal must reach the server through the pipe only.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  keepAlive(keeper, false);
  keeper.stdin?.on("error", () => {});
  await untilReady(keeper, dataDirectory, logFile);
  return {
    async stop(mode) {
      if (hasEnded(keeper)) return;
      keepAlive(keeper, true);
      keeper.stdin?.write(`${SIGNALS[mode]}\n`);
      await once(keeper, "exit");
    },
  };
}

const hasEnded = (keeper: ChildProcess): boolean => keeper.exitCode !== null || keeper.signalCode !== null;

// A server that a test forgot must not keep the test process alive, but a shutdown that is awaited must.
function keepAlive(keeper: ChildProcess, alive: boolean): void {
  const pipe = keeper.stdin as (NodeJS.WritableStream & { ref(): void; unref(): void }) | null;
  if (alive) {
    keeper.ref();
    pipe?.ref();
  } else {
    keeper.unref();
    pipe?.unref();
  }
}

async function untilReady(keeper: ChildProcess, dataDirectory: string, logFile: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; !isReady(dataDirectory); await sleep(10)) {
    if (hasEnded(keeper)) throw new Error(`Postgres did not start:\n${readText(logFile).slice(-2000)}`);
    if (Date.now() > deadline) throw new Error(`Postgres is not ready after 60 s:\n${readText(logFile).slice(-2000)}`);
  }
}

// The lock file's last line is the server's own word on whether it accepts connections.
const isReady = (dataDirectory: string): boolean => /\nready\s*$/.test(readText(join(dataDirectory, "postmaster.pid")));

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
