import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "./openapi";

type OperationAction = "apply_config" | "suspend_compute" | "start_compute";
export type OperationStatus = "scheduling" | "running" | "finished" | "failed" | "error" | "cancelled" | "skipped";

/** What an operation does when it runs. */
export interface OperationStep {
  action: OperationAction;
  run(): Promise<void>;
}

/** How the next operation fails; a failed one may be tried again and then succeed, as Neon says. */
export interface OperationFailure {
  status: "failed" | "error" | "cancelled";
  message: string;
  retried: boolean;
}

export interface OperationPlace {
  projectId: string;
  branchId: string;
  endpointId: string;
}

interface Operation {
  id: string;
  action: OperationAction;
  status: OperationStatus;
  failures: number;
  error?: string;
  ended: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** The project's operations: they run after the request that scheduled them, one at a time. */
export class Operations {
  private readonly all: Operation[] = [];
  private readonly failures: OperationFailure[] = [];
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly place: OperationPlace,
    /** How long an operation stays in each state. */
    public stateMs = 25,
  ) {}

  get running(): boolean {
    return this.all.some(({ ended }) => !ended);
  }

  failNext(failure: Partial<OperationFailure> = {}): void {
    this.failures.push({ status: "failed", message: "compute did not start", retried: false, ...failure });
  }

  schedule(steps: readonly OperationStep[]): JsonObject[] {
    const now = new Date();
    const scheduled = steps.map(({ action, run }) => {
      const operation: Operation = {
        ...{ id: randomUUID(), action, status: "scheduling", failures: 0, ended: false },
        ...{ createdAt: now, updatedAt: now },
      };
      this.all.push(operation);
      this.done = this.done
        .then(() => this.carryOut(operation, run))
        .finally(() => {
          operation.ended = true;
        });
      return operation;
    });
    return scheduled.map((operation) => this.document(operation));
  }

  /** Newest first. */
  list(): JsonObject[] {
    return this.all.map((operation) => this.document(operation)).reverse();
  }

  find(id: string): JsonObject | undefined {
    const operation = this.all.find((candidate) => candidate.id === id);
    return operation && this.document(operation);
  }

  /** Resolves once nothing runs any more. */
  async idle(): Promise<void> {
    for (let last: Promise<void> | undefined; last !== this.done; ) {
      last = this.done;
      await last;
    }
  }

  private async carryOut(operation: Operation, run: () => Promise<void>): Promise<void> {
    await sleep(this.stateMs);
    this.move(operation, "running");
    const failure = this.failures.shift();
    await sleep(this.stateMs);
    if (failure !== undefined) {
      operation.failures++;
      operation.error = failure.message;
      this.move(operation, failure.status);
      if (!failure.retried) return;
      await sleep(this.stateMs);
      this.move(operation, "running");
    }
    try {
      await run();
      this.move(operation, "finished");
    } catch (error) {
      operation.error = String(error);
      this.move(operation, "error");
    }
  }

  private move(operation: Operation, status: OperationStatus): void {
    operation.status = status;
    operation.updatedAt = new Date();
  }

  private document(operation: Operation): JsonObject {
    const { id, action, status, failures, error, createdAt, updatedAt } = operation;
    return {
      ...{ id, action, status, failures_count: failures },
      ...{ project_id: this.place.projectId, branch_id: this.place.branchId, endpoint_id: this.place.endpointId },
      ...(error === undefined ? {} : { error }),
      created_at: createdAt.toISOString(),
      updated_at: updatedAt.toISOString(),
      total_duration_ms: updatedAt.getTime() - createdAt.getTime(),
    };
  }
}
