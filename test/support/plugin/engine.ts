import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import {
  type RegisterResourceRequest,
  RegisterResourceResponse,
  type SupportsFeatureRequest,
  SupportsFeatureResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

export interface Logged {
  severity: "info" | "warning" | "other";
  urn: string;
  message: string;
}

export interface Registered {
  type: string;
  name: string;
  parent: string;
  provider: string;
  version: string;
  aliases: string[];
  inputs: Record<string, unknown>;
}

const SEVERITIES: Readonly<Record<number, Logged["severity"]>> = {
  [LogSeverity.INFO]: "info",
  [LogSeverity.WARNING]: "warning",
};

/** As far as a plugin speaks to the engine: its log, and the monitor with which a component registers its parts. */
export class StandInEngine {
  readonly logged: Logged[] = [];
  readonly registered: Registered[] = [];
  address = "";
  readonly #server = new Server();

  static async start(): Promise<StandInEngine> {
    const engine = new StandInEngine();
    engine.#server.addService(EngineService as never, { log: engine.#log, getRootResource: answer(() => new Empty()) });
    engine.#server.addService(ResourceMonitorService as never, {
      supportsFeature: answer((request: SupportsFeatureRequest) =>
        new SupportsFeatureResponse().setHassupport(!/transform|hook|parameter/i.test(request.getId())),
      ),
      registerResource: answer(engine.#register),
      registerResourceOutputs: answer(() => new Empty()),
      signalAndWaitForShutdown: answer(() => new Empty()),
    });
    const port = await new Promise<number>((resolve, reject) =>
      engine.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    engine.address = `127.0.0.1:${port}`;
    return engine;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  readonly #log = answer((request: LogRequest) => {
    const severity = SEVERITIES[request.getSeverity()] ?? "other";
    this.logged.push({ severity, urn: request.getUrn(), message: request.getMessage() });
    return new Empty();
  });

  /** Outputs are the inputs, as in a preview of resources without any outputs of their own. */
  readonly #register = (request: RegisterResourceRequest) => {
    const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
    const inputs = (request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>;
    const aliases = request.getAliasesList().map((alias) => alias.getSpec()?.getType() ?? "");
    const { version, provider } = request.toObject();
    this.registered.push({ type, name, parent, provider, version, aliases, inputs });
    const parents = parent === "" ? "" : `${parent.split("::")[2]}$`;
    return new RegisterResourceResponse()
      .setUrn(`urn:pulumi:dev::app::${parents}${type}::${name}`)
      .setId(name)
      .setObject(Struct.fromJavaScript({ ...inputs, publishedTables: [], excludedColumns: [] } as never));
  };
}

function answer<Request, Response>(respond: (request: Request) => Response) {
  return ({ request }: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) =>
    callback(null, respond(request));
}
