import { workerData } from "node:worker_threads";
import type { DatabaseAddress } from "./provider";

/** What the plugin tells the component that it serves. In a user's program there is none. */
export interface Served {
  /** The plugin's own version, so that the engine uses no other one for the parts. */
  version: string;
  /** Where the provider's database is. Undefined if it has no usable connection. */
  address?: DatabaseAddress;
}

/** Set in the thread in which the plugin serves the component: there, the parts are the plugin's own resources. */
export function servedByPlugin(): Served | undefined {
  return (workerData as { clickpipes?: Served } | null)?.clickpipes;
}
