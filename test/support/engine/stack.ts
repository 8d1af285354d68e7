import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandOptions, type CommandResult, runPulumi, runShell } from "./cli";
import { readChanges } from "./events";
import { type Installation, installPackage } from "./installation";

// The CLI itself and not the Automation API, which never lets `up` preview first, starts three more processes for each
// run (outputs twice, history), and ends a run with SIGINT alone, so that a crash or a hang cannot be played.

export interface RunOptions extends Pick<CommandOptions, "timeoutMs" | "signal" | "killSignal" | "onOutput"> {
  skipPreview?: boolean;
  args?: string[];
  env?: Record<string, string>;
  /** The run must fail: its result is returned, and a success is the error. */
  expectFailure?: boolean;
}

export interface Run extends CommandResult {
  /** How many resources saw which operation, for example `{ create: 3, same: 1 }`. */
  changes: Record<string, number>;
}

const ENTRIES = { typescript: "index.ts", javascript: "index.js", yaml: "Pulumi.yaml" } as const;

export interface StackOptions extends Installation {
  program: string;
  language?: keyof typeof ENTRIES;
  /** A key without a namespace gets the project's. */
  config?: Record<string, string | { secret: string }>;
  env?: Record<string, string>;
  /** Default `app` and `dev`. Backends are apart: two stacks may bear the same names. */
  project?: string;
  stack?: string;
}

/** What `pulumi stack export` prints, as far as tests look at it. */
export interface Deployment {
  deployment: {
    resources?: {
      urn: string;
      type: string;
      id?: string;
      inputs?: Record<string, unknown>;
      outputs?: Record<string, unknown>;
      pendingReplacement?: boolean;
      delete?: boolean;
    }[];
    /** What a killed run was about to do. */
    pending_operations?: { type: string; resource: { urn: string } }[];
  };
}

/** Settings of the developer's own must not reach a test's program. */
const FOREIGN = /^(PULUMI_|PG[A-Z]+$|DATABASE_URL$|NEON_|NODE_OPTIONS$|VITEST)/;

/** A stack of its own: program, backend and passphrase in a temporary folder; the engine and its home are shared. */
export async function createStack(options: StackOptions): Promise<Stack> {
  const stack = new Stack(options);
  try {
    await stack.initialise(options.config ?? {});
    return stack;
  } catch (error) {
    await stack.remove();
    throw error;
  }
}

export class Stack {
  /** Where the program lives. */
  readonly directory: string;
  private readonly home = mkdtempSync(join(tmpdir(), "clickpipes-stack-"));
  private readonly entry: string;
  private readonly name: string;
  private readonly checkpoint: string;
  private readonly env: NodeJS.ProcessEnv;

  constructor({
    program,
    language = "typescript",
    project = "app",
    stack = "dev",
    env,
    ...installation
  }: StackOptions) {
    this.directory = join(this.home, "program");
    this.entry = ENTRIES[language];
    this.name = stack;
    const backend = join(this.home, "backend");
    this.checkpoint = join(backend, ".pulumi/stacks", project, `${stack}.json`);
    for (const folder of [this.directory, backend]) mkdirSync(folder);
    this.write(language === "yaml" ? `name: ${project}\nruntime: yaml\n${program}` : program);
    if (language !== "yaml") {
      writeFileSync(join(this.directory, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
      writeFileSync(join(this.directory, "package.json"), JSON.stringify({ name: project, main: this.entry }));
      installPackage(this.directory, installation);
    }
    const inherited = Object.entries(process.env).filter(([key]) => key === "PULUMI_HOME" || !FOREIGN.test(key));
    this.env = {
      ...Object.fromEntries(inherited),
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: `passphrase of ${this.home}`,
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // Makes --event-log known, from which `changes` are read.
      PULUMI_DEBUG_COMMANDS: "true",
      ...env,
    };
  }

  async initialise(config: NonNullable<StackOptions["config"]>): Promise<void> {
    await this.command(["stack", "init", this.name, "--no-select"]);
    const values = Object.entries(config).flatMap(([key, value]) =>
      typeof value === "string" ? ["--plaintext", `${key}=${value}`] : ["--secret", `${key}=${value.secret}`],
    );
    if (values.length) await this.command(["config", "set-all", ...values, ...this.selected]);
  }

  up(options?: RunOptions): Promise<Run> {
    return this.run("up", ["--yes"], options);
  }

  preview(options?: RunOptions): Promise<Run> {
    return this.run("preview", [], options);
  }

  refresh(options?: RunOptions): Promise<Run> {
    return this.run("refresh", ["--yes"], options);
  }

  destroy(options?: RunOptions): Promise<Run> {
    return this.run("destroy", ["--yes"], options);
  }

  /** Runs commands as a page has them, for a reader who confirms every question; their code is a result. */
  shell(script: string, env: Record<string, string> = {}): Promise<CommandResult> {
    const confirming = { PULUMI_SKIP_CONFIRMATIONS: "true", PULUMI_STACK: this.name, NO_COLOR: "1" };
    return runShell(script, { cwd: this.directory, env: { ...this.env, ...confirming, ...env }, timeoutMs: 240_000 });
  }

  /** Takes away the lock that a killed run left. */
  async cancel(): Promise<void> {
    await this.command(["cancel", "--yes", ...this.selected]);
  }

  /** Writes into the state what the engine leaves there if it is killed while it creates this resource. */
  leavePending(name: string): void {
    const file = JSON.parse(readFileSync(this.checkpoint, "utf8"));
    const { latest } = file.checkpoint;
    const resource = latest.resources.find(({ urn }: { urn: string }) => urn.endsWith(`::${name}`));
    latest.pending_operations = [{ resource: { ...resource, id: "", outputs: {} }, type: "creating" }];
    writeFileSync(this.checkpoint, JSON.stringify(file));
  }

  /** Takes the state before the last one where a killed engine left the last one cut off; says whether it did. */
  restoreCutOff(): boolean {
    try {
      JSON.parse(readFileSync(this.checkpoint, "utf8"));
      return false;
    } catch {
      copyFileSync(`${this.checkpoint}.bak`, this.checkpoint);
      return true;
    }
  }

  /** The state as it is stored: secrets are encrypted. */
  async exportText(): Promise<string> {
    return (await this.command(["stack", "export", ...this.selected])).stdout;
  }

  async export(): Promise<Deployment> {
    return JSON.parse(await this.exportText()) as Deployment;
  }

  /** Takes over a state that was recorded elsewhere; its secrets are in clear there. */
  async import(resources: object[]): Promise<void> {
    const settings = readFileSync(join(this.directory, `Pulumi.${this.name}.yaml`), "utf8");
    const salt = /encryptionsalt: (.+)/.exec(settings)?.[1];
    const deployment = { manifest: {}, secrets_providers: { type: "passphrase", state: { salt } }, resources };
    const file = join(this.home, "import.json");
    writeFileSync(file, JSON.stringify({ version: 3, deployment }));
    await this.command(["stack", "import", "--file", file, ...this.selected]);
  }

  async outputs(showSecrets = false): Promise<Record<string, unknown>> {
    const flags = showSecrets ? ["--show-secrets"] : [];
    return JSON.parse((await this.command(["stack", "output", "--json", ...flags, ...this.selected])).stdout);
  }

  async setConfig(key: string, value: string, secret = false): Promise<void> {
    await this.command(["config", "set-all", secret ? "--secret" : "--plaintext", `${key}=${value}`, ...this.selected]);
  }

  /** Replaces the program. */
  write(program: string): void {
    writeFileSync(join(this.directory, this.entry), program);
  }

  async remove(): Promise<void> {
    rmSync(this.home, { recursive: true, force: true });
  }

  private get selected(): string[] {
    return ["--stack", this.name];
  }

  private async run(verb: string, flags: string[], options: RunOptions = {}): Promise<Run> {
    const { skipPreview, args = [], expectFailure = false, env, ...rest } = options;
    const events = join(this.home, "events.json");
    rmSync(events, { force: true });
    const line = [verb, ...flags, ...this.selected, ...(skipPreview ? ["--skip-preview"] : []), ...args];
    const result = await this.execute([...line, "--event-log", events], { env: { ...this.env, ...env }, ...rest });
    if ((result.exitCode === 0) === expectFailure) {
      const problem = expectFailure ? "succeeded and should have failed" : `ended with code ${result.exitCode}`;
      throw new Error(`pulumi ${verb} ${problem}\n${result.output}`);
    }
    return { ...result, changes: readChanges(events, verb === "preview") };
  }

  private async command(args: string[]): Promise<CommandResult> {
    const result = await this.execute(args, { env: this.env });
    if (result.exitCode !== 0) throw new Error(`pulumi ${args.slice(0, 2).join(" ")} failed\n${result.output}`);
    return result;
  }

  private execute(args: string[], options: Omit<CommandOptions, "cwd">): Promise<CommandResult> {
    return runPulumi([...args, "--non-interactive", "--color", "never"], { cwd: this.directory, ...options });
  }
}
