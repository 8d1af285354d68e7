import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

const MAIN = join(resolve(__dirname, "../../.."), "bin/plugin/main.js");
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export type Values = Record<string, unknown>;

export interface Answered {
  values: Values;
  /** The names of the properties that are secret as a whole. */
  secrets: string[];
}

/** What a failed request leaves for the state. */
export interface HalfDone extends Answered {
  message: string;
  id: string;
}

/** The engine's side of the protocol: a plugin of its own process, one method a call. */
export class PluginProcess {
  stderr = "";
  client!: ResourceProviderClient;
  readonly #process: ChildProcess;

  private constructor(args: string[]) {
    const env = Object.entries(process.env).filter(([name]) => !/^(PG[A-Z]+|DATABASE_URL|NEON_.*)$/.test(name));
    this.#process = spawn(process.execPath, [MAIN, ...args], { env: Object.fromEntries(env) });
    this.#process.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
  }

  static async start(...args: string[]): Promise<PluginProcess> {
    const plugin = new PluginProcess(args);
    const lines = createInterface({ input: plugin.#process.stdout as NodeJS.ReadableStream });
    const port = await new Promise<string>((found, failed) => {
      lines.once("line", found);
      plugin.#process.once("exit", () => failed(new Error(`the plugin ended: ${plugin.stderr}`)));
    });
    plugin.client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    return plugin;
  }

  /** As the engine ends it. */
  async stop(): Promise<void> {
    this.client.close();
    const ended = new Promise((done) => this.#process.once("exit", done));
    this.#process.kill("SIGINT");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(timer);
  }

  /** Any method, as the generated client has it. */
  ask<Request, Response>(
    method: (request: Request, callback: (error: ServiceError | null, response: Response) => void) => unknown,
    request: Request,
  ): Promise<Response> {
    return new Promise((done, failed) => {
      method.call(this.client, request, (error, response) => (error ? failed(error) : done(response)));
    });
  }

  async configure(values: Values): Promise<proto.ConfigureResponse> {
    return this.ask<proto.ConfigureRequest, proto.ConfigureResponse>(
      this.client.configure,
      new proto.ConfigureRequest().setArgs(struct(values)),
    );
  }

  async check(
    urn: string,
    news: Values,
    olds: Values = {},
  ): Promise<Answered & { failures: proto.CheckFailure.AsObject[] }> {
    const request = new proto.CheckRequest().setUrn(urn).setOlds(struct(olds)).setNews(struct(news));
    const response = await this.ask<proto.CheckRequest, proto.CheckResponse>(this.client.check, request);
    return { ...answered(response.getInputs()), failures: response.getFailuresList().map((one) => one.toObject()) };
  }

  async diff(urn: string, state: Values, before: Values, news: Values): Promise<proto.DiffResponse.AsObject> {
    const request = new proto.DiffRequest().setUrn(urn).setId("id");
    request.setOlds(struct(state)).setOldInputs(struct(before)).setNews(struct(news));
    return (await this.ask<proto.DiffRequest, proto.DiffResponse>(this.client.diff, request)).toObject();
  }

  async create(urn: string, news: Values, { preview = false, timeout = 0 } = {}): Promise<Answered & { id: string }> {
    const request = new proto.CreateRequest().setUrn(urn).setProperties(struct(news));
    request.setPreview(preview).setTimeout(timeout);
    const response = await this.ask<proto.CreateRequest, proto.CreateResponse>(this.client.create, request);
    return { id: response.getId(), ...answered(response.getProperties()) };
  }

  async read(
    urn: string,
    id: string,
    state?: Values,
    inputs?: Values,
  ): Promise<{ id: string; inputs: Answered; state: Answered }> {
    const request = new proto.ReadRequest().setUrn(urn).setId(id);
    if (state) request.setProperties(struct(state));
    if (inputs) request.setInputs(struct(inputs));
    const response = await this.ask<proto.ReadRequest, proto.ReadResponse>(this.client.read, request);
    return {
      id: response.getId(),
      inputs: answered(response.getInputs()),
      state: answered(response.getProperties()),
    };
  }

  async update(urn: string, id: string, state: Values, news: Values, preview = false): Promise<Answered> {
    const request = new proto.UpdateRequest().setUrn(urn).setId(id).setPreview(preview);
    request.setOlds(struct(state)).setNews(struct(news));
    const response = await this.ask<proto.UpdateRequest, proto.UpdateResponse>(this.client.update, request);
    return answered(response.getProperties());
  }

  async delete(urn: string, id: string, state: Values, timeout = 0): Promise<void> {
    const request = new proto.DeleteRequest().setUrn(urn).setId(id).setProperties(struct(state)).setTimeout(timeout);
    await this.ask(this.client.delete, request);
  }
}

export function secret(value: unknown): Values {
  return { [SIGNATURE]: SECRET, value };
}

export function struct(values: Values): Struct {
  return Struct.fromJavaScript(values as never);
}

export function answered(found: Struct | undefined): Answered {
  const raw = (found?.toJavaScript() ?? {}) as Values;
  const isSecret = (value: unknown) => (value as Values | null)?.[SIGNATURE] === SECRET;
  const plain = Object.entries(raw).map(([name, value]) => [name, isSecret(value) ? (value as Values).value : value]);
  return {
    values: Object.fromEntries(plain),
    secrets: Object.keys(raw)
      .filter((name) => isSecret(raw[name]))
      .sort(),
  };
}

/** What `ErrorResourceInitFailed` says, in the details of a failed request. */
export function halfDone(error: ServiceError): HalfDone | undefined {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (!bytes) return undefined;
  const [detail] = Status.deserializeBinary(bytes as Buffer).getDetailsList();
  const half = proto.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
  return { message: half.getReasonsList().join("\n"), id: half.getId(), ...answered(half.getProperties()) };
}
