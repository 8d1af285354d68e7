import type { IncomingHttpHeaders } from "node:http";
import { answerProblem, requestProblem } from "./checks";
import { type ApiAnswer, type ControlPlane, refused } from "./controlPlane";
import { lockedBody } from "./faults";
import { findOperation, type JsonObject } from "./openapi";
import { projectRoutes } from "./projectRoutes";
import { roleRoutes } from "./roleRoutes";

export const API_BASE = "/api/v2";
const ROUTES = { ...projectRoutes, ...roleRoutes };

/** A request as it came; `body` is missing where the text is no JSON. */
export interface Received {
  method: string;
  url: URL;
  text: string;
  body: JsonObject | undefined;
  headers: IncomingHttpHeaders;
}

/** Answers a request as Neon would, by its document and by what the project's state allows. */
export async function carryOut(
  { plane, key }: { plane: ControlPlane; key: string },
  { method, url, text, body, headers }: Received,
): Promise<ApiAnswer> {
  if (headers.authorization !== `Bearer ${key}`) return refused(401, "supplied credentials do not pass authentication");
  const found = url.pathname.startsWith(API_BASE)
    ? findOperation(method, url.pathname.slice(API_BASE.length))
    : undefined;
  if (found === undefined) return refused(404, "this route does not exist");
  const { operation, parameters } = found;
  if (text !== "" && !headers["content-type"]?.startsWith("application/json")) {
    return refused(415, "the body must be application/json");
  }
  if (text !== "" && body === undefined) return refused(400, "the body is no JSON");
  const call = { parameters, query: Object.fromEntries(url.searchParams), body: body ?? {} };
  const problem = requestProblem(operation, call, body !== undefined);
  if (problem !== undefined) return refused(400, problem);
  const unknown = unknownObject(plane, parameters);
  if (unknown !== undefined) return refused(404, `${unknown} not found`);
  const route = ROUTES[operation.operationId];
  if (route === undefined) return refused(501, `the stand-in does not play ${operation.operationId}`);
  if (method !== "GET" && plane.operations.running) return { status: 423, body: lockedBody() };
  const answer = await route(plane, call);
  const defect = answerProblem(operation, answer);
  if (defect !== undefined) throw new Error(`the answer to ${operation.operationId} is not Neon's: ${defect}`);
  return answer;
}

function unknownObject({ project }: ControlPlane, parameters: Record<string, string>): string | undefined {
  const { projectId, branchId, endpointId } = project.identity;
  const known: Record<string, string> = { project: projectId, branch: branchId, endpoint: endpointId };
  return Object.keys(known).find((kind) => (parameters[`${kind}_id`] ?? known[kind]) !== known[kind]);
}
