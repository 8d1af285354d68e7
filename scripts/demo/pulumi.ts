import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

export const ROOT = resolve(__dirname, "../..");
export const STACK = "demo";

/** Settings of the user's own must reach neither the CLI nor the program. */
const FOREIGN = /^(PULUMI_|PG[A-Z]+$|DATABASE_URL$|NEON_)/;

/** The real CLI on the root Pulumi.yaml; what it prints is the user's to see, in its own form and colours. */
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

  /** Lets a run in progress end as Ctrl-C does: what it has begun is finished and saved. */
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
      // A group of its own: of two interrupts, the terminal's and ours, the CLI would take the second as "at once".
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
