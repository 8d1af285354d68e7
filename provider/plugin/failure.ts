import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { Failure, Outcome } from "../lifecycle/host";
import { send } from "./wire";

/** A request that fails in words. What already exists goes into the state with it. */
export class RequestFailed extends Error {
  readonly failure: Failure;
  readonly secrets: readonly string[];

  constructor(failure: Failure, secrets: readonly string[]) {
    super(failure.message);
    this.failure = failure;
    this.secrets = secrets;
  }
}

export function doneOrThrow<T>(outcome: Outcome<T>, secrets: readonly string[]): T {
  if ("done" in outcome) return outcome.done;
  throw new RequestFailed(outcome.failure, secrets);
}

/** The answer of gRPC, without a stack trace. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  const plain = { code: status.UNKNOWN, message, details: message };
  const unfinished = error instanceof RequestFailed ? error.failure.unfinished : undefined;
  if (!unfinished || !(error instanceof RequestFailed)) return plain;
  const half = new ErrorResourceInitFailed();
  half.setId(unfinished.id);
  half.setProperties(send(unfinished.state, error.secrets));
  half.setReasonsList([message]);
  const detail = new Any();
  detail.pack(half.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const whole = new Status();
  whole.setCode(status.UNKNOWN);
  whole.setMessage(message);
  whole.addDetails(detail);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  return { ...plain, metadata };
}
