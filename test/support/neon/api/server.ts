import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiAnswer, ControlPlane } from "./controlPlane";
import { type ApiFaults, errorBody, faultBody } from "./faults";
import type { JsonObject } from "./openapi";
import { API_BASE, carryOut } from "./request";

/** A request as it came, without its key, and the status it was answered with. */
export interface RecordedRequest {
  method: string;
  path: string;
  body?: JsonObject;
  headers: Record<string, string | string[] | undefined>;
  status?: number;
}

export interface Api {
  url: string;
  stop(): Promise<void>;
}

export interface ApiOptions {
  plane: ControlPlane;
  key: string;
  faults: ApiFaults;
  requests: RecordedRequest[];
}

/** Neon's API for the one project. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const server = createServer((request, response) => {
    serve(options, request, response).catch((error) => {
      send(response, request, { status: 500, body: errorBody(`defect of the stand-in: ${error.stack}`) });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${API_BASE}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function serve(options: ApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method ?? "GET";
  const url = new URL(request.url ?? "/", "http://localhost");
  const text = await readText(request);
  const { authorization: _, ...headers } = request.headers;
  const recorded: RecordedRequest = { method, path: url.pathname.slice(API_BASE.length) + url.search, headers };
  const body = parseBody(text);
  if (body !== undefined) recorded.body = body;
  options.requests.push(recorded);

  const fault = await options.faults.strike(method, recorded.path);
  await fault?.before?.();
  if (fault?.cut === "before") return void request.socket.destroy();
  const answer =
    fault?.status === undefined
      ? await carryOut(options, { method, url, text, body, headers: request.headers })
      : { status: fault.status, body: faultBody(fault) };
  await fault?.after?.();
  if (fault?.cut === "after") return void request.socket.destroy();
  recorded.status = answer.status;
  if (fault?.retryAfter !== undefined) response.setHeader("Retry-After", fault.retryAfter);
  send(response, request, answer);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function parseBody(text: string): JsonObject | undefined {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, request: IncomingMessage, { status, body }: ApiAnswer): void {
  const requestId = String(request.headers["x-request-id"] ?? randomUUID());
  response.writeHead(status, { "Content-Type": "application/json", "X-Request-ID": requestId });
  const shown = status >= 400 && body !== undefined ? { request_id: requestId, ...body } : body;
  response.end(shown === undefined ? undefined : JSON.stringify(shown));
}
