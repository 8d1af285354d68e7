import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { load } from "js-yaml";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Parameter {
  $ref?: string;
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: JsonObject;
}

type Content = Record<string, { schema: JsonObject }>;

export interface Response {
  $ref?: string;
  content?: Content;
}

/** One operation of Neon's API, such as updateProject. */
export interface ApiOperation {
  operationId: string;
  method: string;
  path: string;
  pattern: RegExp;
  parameters: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, Response>;
}

type PathItem = { parameters?: Parameter[] } & Record<string, Omit<ApiOperation, "method" | "path" | "pattern">>;

interface ApiDocument {
  paths: Record<string, PathItem>;
  components: JsonObject;
}

const METHODS = ["get", "post", "put", "patch", "delete"];

let read: { operations: readonly ApiOperation[]; components: JsonObject } | undefined;

/** Neon's own OpenAPI document, which its npm client brings along; read on first use. */
export function neonApi(): { operations: readonly ApiOperation[]; components: JsonObject } {
  read ??= readApi();
  return read;
}

function readApi(): { operations: readonly ApiOperation[]; components: JsonObject } {
  const client = dirname(require.resolve("@neondatabase/api-client/package.json"));
  const text = readFileSync(join(client, "public-v2-for-users.gen.yaml"), "utf8");
  const { paths, components } = load(text) as ApiDocument;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      return [{ ...operation, method: method.toUpperCase(), path, pattern, parameters }];
    }),
  );
  return { operations, components };
}

/** The operation that a request asks for, with the parameters in its path. */
export function findOperation(
  method: string,
  path: string,
): { operation: ApiOperation; parameters: Record<string, string> } | undefined {
  for (const operation of neonApi().operations) {
    const match = operation.method === method ? operation.pattern.exec(path) : null;
    if (match === null) continue;
    const parameters = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]);
    return { operation, parameters: Object.fromEntries(parameters) };
  }
  return undefined;
}
