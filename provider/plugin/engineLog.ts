import { AsyncLocalStorage } from "node:async_hooks";
import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Said } from "../lifecycle/output";

interface Call {
  urn: string;
  arriving: Promise<void>[];
}

/** Shows what a lifecycle says in the engine's log, with its severity and at the resource that it is about. */
export class EngineLog {
  readonly #calls = new AsyncLocalStorage<Call>();
  #engine: EngineClient | undefined;

  /** Without an engine, as when it is started by hand, what is said goes to stderr. */
  connect(address: string): void {
    if (address !== "") this.#engine = new EngineClient(address, credentials.createInsecure());
  }

  readonly voice = ({ severity, text, subject }: Said): void => {
    const call = this.#calls.getStore();
    const isAtResource = call !== undefined && call.urn !== "";
    // The engine shows the name of the resource itself.
    const line = isAtResource || subject === undefined ? text : `${subject}: ${text}`;
    const engine = this.#engine;
    if (!engine) {
      console.error(`${severity}: ${line}`);
      return;
    }
    const request = new LogRequest();
    request.setSeverity(severity === "warning" ? LogSeverity.WARNING : LogSeverity.INFO);
    request.setMessage(line);
    request.setUrn(call?.urn ?? "");
    const arrival = new Promise<void>((resolve) => engine.log(request, () => resolve()));
    call?.arriving.push(arrival);
  };

  /** Runs the work of one request. It ends when all that it said has arrived, since the engine may end after the last answer. */
  async during<T>(urn: string, work: () => Promise<T>): Promise<T> {
    const call: Call = { urn, arriving: [] };
    try {
      return await this.#calls.run(call, work);
    } finally {
      await Promise.all(call.arriving);
    }
  }
}
