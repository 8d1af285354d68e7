import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { vi } from "vitest";
import type { HandledProvider } from "../../../provider/dynamic/handler";
import { printed } from "./forms";

type Values = Record<string, unknown>;

export interface EchoedAnswer {
  status: number;
  body: string;
  /** JSON unless told otherwise. */
  type?: string;
}

/** An API that knows nothing but what it is sent. */
export interface EchoApi {
  url: string;
  /** Made of the key that came with the request. */
  answer: (key: string, request: IncomingMessage) => EchoedAnswer;
  stop(): Promise<void>;
}

export async function startEchoApi(): Promise<EchoApi> {
  const server = createServer((request, response) => {
    const key = (request.headers.authorization ?? "").replace(/^Bearer /, "");
    const { status, body, type = "application/json" } = api.answer(key, request);
    response.writeHead(status, { "Content-Type": type });
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const api: EchoApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2`,
    answer: () => ({ status: 500, body: "" }),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return api;
}

/** With an `é` it could not be a key, and without what is escaped somewhere it would prove nothing. */
export const KEY = `napi_7+Q/z"k<&'%Wd=9x~~?Tm2>`;

const ARGUMENTS: Readonly<Record<string, Values>> = {
  IpAllowlist: { projectId: "p-1", ips: ["198.51.100.7"], mark: "organization/app/dev/IpAllowlist/it" },
  LogicalReplication: { projectId: "p-1", mark: "organization/app/dev/LogicalReplication/it" },
};
/** With which a preview looks. */
const LOOKS: Readonly<Record<string, Values>> = { IpAllowlist: { whenOpen: "restrict" } };
const MADE = { token: "t", added: ["198.51.100.7"], addresses: ["198.51.100.7"], effective: "restricted" };

/** In a process of its own, as it were, which loses no time between two tries. */
async function provider(kind: string, api: EchoApi): Promise<HandledProvider> {
  // Each of them listens for SIGINT, in this one process.
  process.setMaxListeners(0);
  vi.resetModules();
  const { run } = await import("../../../provider/dynamic/run.js");
  Object.assign(run.neonWaits, { pause: 1, poll: 1, failedOperation: 1 });
  const module: typeof import("../../../provider/dynamic/handler") = await import(
    "../../../provider/dynamic/handler.js"
  );
  const config: Record<string, string> = {
    "clickpipes:neonApiKey": KEY,
    "clickpipes:neonApiUrl": api.url,
    "clickpipes:connectionUri": "postgresql://app:no-password-is-sent@127.0.0.1:1/app",
  };
  const made = module.handler(kind);
  await made.configure({ config: { get: (name) => config[name] } });
  return made;
}

/** What preview, create, refresh, update and delete of a resource of the API say, as long as nothing else goes wrong. */
export async function everyVerb(kind: string, api: EchoApi): Promise<string[]> {
  const made = await provider(kind, api);
  const { inputs } = await made.check({}, ARGUMENTS[kind] as Values);
  const { failures } = await made.check({}, { ...inputs, ...LOOKS[kind] });
  const state = { ...inputs, ...MADE };
  const said = failures.map(({ reason }) => reason);
  const changed = { ...inputs, ips: ["198.51.100.8"], addresses: ["198.51.100.8"] };
  const works = [
    () => made.create(inputs),
    () => made.read("p-1", state),
    () => made.update("p-1", state, changed),
    () => made.delete("p-1", state),
  ];
  for (const work of works) await work().catch((error: Error) => said.push(printed(error)));
  return said;
}
