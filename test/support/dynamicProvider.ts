import { type ChildProcess, spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const ROOT = resolve(__dirname, "../..");

/** As far as we use `@pulumi/pulumi/proto`, whose classes are generated JavaScript. */
interface Message {
  [method: string]: (value?: unknown) => unknown;
}
type Method = (request: unknown, callback: (error: Error | null, answer: Message) => void) => void;
type Values = Record<string, unknown>;

export interface CheckFailure {
  property: string;
  reason: string;
}

/** Pulumi's own dynamic provider process, spoken to as the engine does: gRPC, one method a call, no CLI. */
export class DynamicProvider {
  /** What it wrote to stderr, where Pulumi would show it. */
  stderr = "";
  readonly #process: ChildProcess;
  readonly #require: NodeJS.Require;
  #client: Record<string, Method & (() => void)> = {};

  private constructor(sdk: string, program: string, node: string) {
    // The real one, beside which pnpm puts what it depends on.
    const folder = realpathSync(resolve(ROOT, "node_modules", sdk));
    this.#require = createRequire(join(folder, "package.json"));
    this.#process = spawn(node, [join(folder, "cmd/dynamic-provider"), "127.0.0.1:0"], { cwd: program });
    this.#process.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
  }

  /** `sdk`: the folder of an `@pulumi/pulumi`, in node_modules or absolute; `program`: where the user's program would run. */
  static async start(
    sdk: string,
    config: Record<string, string>,
    program = ROOT,
    node = process.execPath,
  ): Promise<DynamicProvider> {
    const provider = new DynamicProvider(sdk, program, node);
    const lines = createInterface({ input: provider.#process.stdout as NodeJS.ReadableStream });
    const port = await new Promise<string>((found, failed) => {
      lines.once("line", found);
      provider.#process.once("exit", () => failed(new Error(`the dynamic provider ended: ${provider.stderr}`)));
    });
    const grpc = provider.#require("@grpc/grpc-js");
    const { ResourceProviderClient } = provider.#require("./proto/provider_grpc_pb");
    provider.#client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    await provider.#call("configure", "ConfigureRequest", { Args: provider.#struct(config) });
    return provider;
  }

  async check(olds: Values, news: Values): Promise<{ inputs: Values; failures: CheckFailure[] }> {
    const answer = await this.#call("check", "CheckRequest", { Olds: this.#struct(olds), News: this.#struct(news) });
    const { failuresList } = get(answer, "toObject") as { failuresList: CheckFailure[] };
    return { inputs: values(answer, "getInputs"), failures: failuresList };
  }

  async diff(id: string, olds: Values, news: Values): Promise<{ changes: number; replaces: string[] }> {
    const fields = { Id: id, Olds: this.#struct(olds), News: this.#struct(news) };
    const answer = get(await this.#call("diff", "DiffRequest", fields), "toObject");
    const { changes, replacesList } = answer as { changes: number; replacesList: string[] };
    return { changes, replaces: replacesList };
  }

  async create(news: Values): Promise<{ id: string; outputs: Values }> {
    const answer = await this.#call("create", "CreateRequest", { Properties: this.#struct(news) });
    return { id: String(get(answer, "getId")), outputs: values(answer, "getProperties") };
  }

  async read(id: string, state: Values): Promise<{ id: string; inputs: Values; outputs: Values }> {
    const answer = await this.#call("read", "ReadRequest", { Id: id, Properties: this.#struct(state) });
    const inputs = values(answer, "getInputs");
    return { id: String(get(answer, "getId")), inputs, outputs: values(answer, "getProperties") };
  }

  async update(id: string, olds: Values, news: Values): Promise<Values> {
    const fields = { Id: id, Olds: this.#struct(olds), News: this.#struct(news) };
    return values(await this.#call("update", "UpdateRequest", fields), "getProperties");
  }

  async delete(id: string, state: Values): Promise<void> {
    await this.#call("delete", "DeleteRequest", { Id: id, Properties: this.#struct(state) });
  }

  /** As a crash ends it. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** As the engine ends it: SIGINT, and SIGKILL where that does not help. */
  async stop(): Promise<void> {
    this.#client.close?.(undefined, () => {});
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((done) => this.#process.once("exit", done));
    this.#process.kill("SIGINT");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(timer);
  }

  #call(method: string, type: string, fields: Values): Promise<Message> {
    const messages = this.#require("./proto/provider_pb") as Record<string, new () => Message>;
    const Type = messages[type];
    if (!Type) throw new Error(`@pulumi/pulumi has no message ${type}`);
    const request = new Type();
    for (const [name, value] of Object.entries(fields)) request[`set${name}`]?.(value);
    return new Promise((resolve, reject) => {
      this.#client[method]?.(request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  #struct(value: Values): unknown {
    return this.#require("google-protobuf/google/protobuf/struct_pb").Struct.fromJavaScript(value);
  }
}

function get(message: Message, getter: string): unknown {
  return message[getter]?.();
}

function values(message: Message, getter: string): Values {
  const struct = get(message, getter) as Message | undefined;
  return struct ? (get(struct, "toJavaScript") as Values) : {};
}
