import { join } from "node:path";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { Served } from "../resources/served";

export type Components = Pick<ResourceProviderClient, "construct">;

/**
 * Pulumi's own server of components, in a thread. It is started only for a program that uses the component, since it loads Pulumi's
 * SDK. Like a plugin, it prints its port.
 */
export async function startComponents(engineAddress: string, served: Served): Promise<Components> {
  const worker = new Worker(join(__dirname, "componentsWorker.js"), {
    argv: [engineAddress],
    workerData: { clickpipes: served },
    stdout: true,
  });
  worker.unref();
  const port = await new Promise<string>((resolve, reject) => {
    worker.once("error", reject);
    createInterface({ input: worker.stdout }).once("line", resolve);
  });
  return new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), UNLIMITED);
}

/** A component may list thousands of tables. */
export const UNLIMITED = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 } as const;
