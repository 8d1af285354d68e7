#!/usr/bin/env node
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Run } from "../lifecycle/run";
import { UNLIMITED } from "./components";
import { EngineLog } from "./engineLog";
import schema from "./schema.json";
import { createService } from "./server";

const log = new EngineLog();
// The engine ends a plugin with SIGINT once the state is saved.
const run = new Run(() => {
  process.once("SIGINT", async () => {
    await run.end();
    process.exit(130);
  });
}, log.voice);

const engineAddress = process.argv.slice(2).find((word) => /^[^-].*:\d+$/.test(word)) ?? "";
log.connect(engineAddress);
if (engineAddress === "")
  console.error(`pulumi-resource-clickpipes ${schema.version}: a Pulumi plugin, which Pulumi starts by itself.`);

const server = new Server(UNLIMITED);
server.addService(ResourceProviderService as never, createService(run, log, engineAddress));
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(String(port));
});
