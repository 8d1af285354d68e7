import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

export const ROOT = resolve(__dirname, "../..");
export const STACK = "demo";

/** The user's own settings must reach neither the CLI nor the program. */
const FOREIGN = /^(PULUMI_|PG[A-Z]+$|DATABASE_URL$|NEON_)/;

/** The real CLI on the root Pulumi.yaml. The user sees its output as it is, with its colours. */
export class Pulumi {
  private running: ChildProcess | undefined;

  constructor(readonly env: Record<string, string>) {}

  async show(...args: string[]): Promise<void> {
    console.log(`  $ pulumi ${args.join(" ")}`);
    await this.execute(args, "inherit");
  }

  async read(...args: string[]): Promise<string> {
    return this.execute(args, "pipe");
  }

  /** Ends a run in progress as Ctrl-C does: it finishes and saves what it has begun. */
  async interrupt(): Promise<void> {
    const child = this.running;
    if (!child) return;
    child.kill("SIGINT");
    await once(child, "close", { signal: AbortSignal.timeout(60_000) }).catch(() => child.kill("SIGKILL"));
  }

  private execute(args: string[], output: "inherit" | "pipe"): Promise<string> {
    const inherited = Object.entries(process.env).filter(([key]) => !FOREIGN.test(key));
    const env = { ...Object.fromEntries(inherited), ...this.env };
    return new Promise((resolve, reject) => {
      // In its own process group: the CLI would take the second of two interrupts, the terminal's and ours, as "at once".
      const child = spawn("pulumi", args, { cwd: ROOT, env, stdio: ["ignore", output, "inherit"], detached: true });
      this.running = child;
      let stdout = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
      });
      child.on("error", reject);
      child.on("close", (code) => {
        this.running = undefined;
        if (code === 0) resolve(stdout);
        else reject(new Error(`pulumi ${args[0]} ended with code ${code}: see its output above`));
      });
    });
  }
}
