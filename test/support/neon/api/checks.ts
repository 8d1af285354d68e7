import type { ApiAnswer, ApiCall } from "./controlPlane";
import { type Check, compileSchema } from "./jsonSchema";
import { type ApiOperation, type JsonObject, neonApi, type Parameter, type Response } from "./openapi";

const compiled = new Map<string, Check>();

/** Checks are compiled once and kept under a name of their own. */
function check(name: string, schema: JsonObject, value: unknown, options?: { textual?: boolean }): string | undefined {
  const known = compiled.get(name) ?? compileSchema(schema, neonApi().components, options);
  compiled.set(name, known);
  return known(value);
}

/** What is wrong with a request by Neon's document, or nothing. */
export function requestProblem(operation: ApiOperation, call: ApiCall, bodySent: boolean): string | undefined {
  const { operationId, requestBody } = operation;
  const parameters = operation.parameters.map(resolved);
  const inQuery = parameters.filter((one) => one.in === "query");
  const stray = Object.keys(call.query).find((name) => !inQuery.some((one) => one.name === name));
  if (stray !== undefined) return `query parameter ${stray} is unknown`;
  for (const parameter of parameters) {
    const value = (parameter.in === "path" ? call.parameters : call.query)[parameter.name];
    if (value === undefined && parameter.required) return `parameter ${parameter.name} is missing`;
    if (value === undefined) continue;
    const key = `${operationId} parameter ${parameter.name}`;
    const problem = check(key, parameter.schema, value, { textual: true });
    if (problem !== undefined) return `${parameter.name}${problem}`;
  }
  if (!bodySent) return requestBody?.required ? "a body is required" : undefined;
  const schema = requestBody?.content["application/json"]?.schema;
  return schema === undefined ? "no body is allowed" : check(`${operationId} body`, schema, call.body);
}

/** What is wrong with an answer of the stand-in by Neon's document, or nothing. */
export function answerProblem({ operationId, responses }: ApiOperation, answer: ApiAnswer): string | undefined {
  const response = resolved((responses[answer.status] ?? responses.default) as Response);
  const schema = response.content?.["application/json"]?.schema;
  if (schema === undefined) return answer.body === undefined ? undefined : "the document has no body here";
  return check(`${operationId} answer ${answer.status >= 400 ? "error" : answer.status}`, schema, answer.body);
}

function resolved<Part extends Parameter | Response>(part: Part): Part {
  if (part.$ref === undefined) return part;
  const path = part.$ref.replace("#/components/", "").split("/");
  return path.reduce<unknown>((node, name) => (node as JsonObject)[name], neonApi().components) as Part;
}
