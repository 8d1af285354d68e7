import type { handleUnaryCall, ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { type PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Run } from "../lifecycle/run";
import { SECRET_SETTINGS } from "../lifecycle/settings";
import { checkResponse, diffResponse, readResponse } from "./answers";
import { type Components, startComponents } from "./components";
import { addressOf, configure, withAddress } from "./configuration";
import type { EngineLog } from "./engineLog";
import { toServiceError } from "./failure";
import { Resource } from "./resources";
import schema from "./schema.json";
import { type Received, receive, send } from "./wire";

/** Pulumi's ResourceProvider for one provider of a program. */
export function createService(run: Run, log: EngineLog, engineAddress: string): UntypedServiceImplementation {
  let engine = engineAddress;
  let configuration = configure({});
  let components: Promise<Components> | undefined;

  const resource = (request: { getUrn(): string }, received: Received[], timeout?: number) =>
    new Resource(request.getUrn(), configuration, run, received, timeout);

  return {
    handshake: answer(async (request: proto.ProviderHandshakeRequest) => {
      connect(request.getEngineAddress());
      const response = new proto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(true);
      response.setAcceptOutputs(true);
      return response;
    }),

    attach: answer(async (request: PluginAttach) => {
      connect(request.getAddress());
      return new Empty();
    }),

    getPluginInfo: answer(async () => new PluginInfo().setVersion(schema.version)),
    getSchema: answer(async () => new proto.GetSchemaResponse().setSchema(JSON.stringify(schema))),

    checkConfig: answer(async (request: proto.CheckRequest) => {
      const { values, secrets } = receive(request.getNews());
      return checkResponse({ values: withAddress(values), secrets: [...secrets, ...SECRET_SETTINGS] });
    }),

    // Nothing is replaced: the resources find out themselves whether a provider points at another database.
    diffConfig: answer(async () => new proto.DiffResponse()),

    configure: answer(async (request: proto.ConfigureRequest) => {
      configuration = configure(receive(request.getArgs()).values);
      const response = new proto.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setAcceptresources(true);
      response.setAcceptoutputs(true);
      response.setSupportspreview(true);
      return response;
    }),

    check: answer(async (request: proto.CheckRequest) => {
      const olds = receive(request.getOlds());
      const news = receive(request.getNews());
      return checkResponse(await resource(request, [news]).check(olds.values, news.values));
    }),

    diff: answer(async (request: proto.DiffRequest) => {
      const state = receive(request.getOlds());
      const before = receive(request.getOldInputs());
      const news = receive(request.getNews());
      return diffResponse(await resource(request, [state, news]).diff(state.values, before.values, news.values));
    }),

    create: answer(async (request: proto.CreateRequest) => {
      const news = receive(request.getProperties());
      const one = resource(request, [news], request.getTimeout());
      const { id, values, secrets } = request.getPreview()
        ? { id: "", ...one.previewCreate(news.values) }
        : await one.create(news.values);
      return new proto.CreateResponse().setId(id).setProperties(send(values, secrets));
    }),

    read: answer(async (request: proto.ReadRequest) => {
      const state = receive(request.getProperties());
      const inputs = receive(request.getInputs());
      const one = resource(request, [state, inputs]);
      // The engine sends nothing but the id for an import.
      const isImport = Object.keys({ ...state.values, ...inputs.values }).length === 0;
      const id = request.getId();
      return readResponse(id, await (isImport ? one.import(id) : one.read(id, state.values)));
    }),

    update: answer(async (request: proto.UpdateRequest) => {
      const state = receive(request.getOlds());
      const news = receive(request.getNews());
      const one = resource(request, [state, news], request.getTimeout());
      const { values, secrets } = request.getPreview()
        ? one.previewUpdate(state.values, news.values)
        : await one.update(request.getId(), state.values, news.values);
      return new proto.UpdateResponse().setProperties(send(values, secrets));
    }),

    delete: answer(async (request: proto.DeleteRequest) => {
      const state = receive(request.getProperties());
      await resource(request, [state], request.getTimeout()).delete(request.getId(), state.values);
      return new Empty();
    }),

    construct: (
      call: ServerUnaryCall<proto.ConstructRequest, proto.ConstructResponse>,
      callback: sendUnaryData<proto.ConstructResponse>,
    ) => {
      const address = addressOf(configuration.settings);
      components ??= startComponents(engine, { version: schema.version, ...(address && { address }) });
      components.then(
        (client) => client.construct(call.request, callback),
        (error) => callback(toServiceError(error)),
      );
    },

    cancel: answer(async () => {
      run.cancel();
      return new Empty();
    }),
  };

  function connect(address: string): void {
    if (address === "") return;
    engine = address;
    log.connect(address);
  }

  function answer<Request, Response>(
    work: (request: Request) => Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return ({ request }, callback) => {
      const urn = (request as { getUrn?(): string }).getUrn?.() ?? "";
      log
        .during(urn, () => work(request))
        .then(
          (response) => callback(null, response),
          (error) => callback({ ...toServiceError(error), message: run.output.clean((error as Error).message) }, null),
        );
    };
  }
}
