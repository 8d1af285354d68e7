import type { Compute } from "../compute";
import { errorBody } from "./faults";
import type { JsonObject } from "./openapi";
import type { Operations } from "./operations";
import type { Project } from "./project";

/** What the API acts on. */
export interface ControlPlane {
  project: Project;
  compute: Compute;
  operations: Operations;
  connectionUri(user: string, password: string, database: string): string;
}

export interface ApiCall {
  parameters: Record<string, string>;
  query: Record<string, string>;
  body: JsonObject;
}

export interface ApiAnswer {
  status: number;
  body?: JsonObject;
}

export type Route = (plane: ControlPlane, call: ApiCall) => ApiAnswer | Promise<ApiAnswer>;

export const ok = (body: JsonObject): ApiAnswer => ({ status: 200, body });

export const refused = (status: number, message: string): ApiAnswer => ({ status, body: errorBody(message) });
