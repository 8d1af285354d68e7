import { setTimeout as sleep } from "node:timers/promises";
import { isNeonFailure } from "./errors";
import { hasEnded, isRunning, type Operation, operationProblem } from "./operation";
import { projectPath } from "./project";
import type { NeonReader } from "./reader";

/** The operations of a project that this key can see. Hidden ones do no harm: callers check the result in any case. */
export class Operations {
  readonly #reader: NeonReader;

  constructor(reader: NeonReader) {
    this.#reader = reader;
  }

  /** The running operations. Undefined if this key may not list them. */
  async listRunning(projectId: string): Promise<Operation[] | undefined> {
    const path = `${projectPath(projectId)}/operations?limit=50`;
    try {
      const { operations } = await this.#reader.read<{ operations: Operation[] }>(path, "operations");
      return operations.filter(isRunning);
    } catch {
      return undefined;
    }
  }

  /** Waits until every running operation has ended. */
  async waitForRunning(projectId: string): Promise<void> {
    await this.waitFor(projectId, (await this.listRunning(projectId)) ?? []);
  }

  waitFor(projectId: string, operations: Operation[]): Promise<void> {
    const { progress, access } = this.#reader;
    return progress.follow(async () => {
      const deadline = Date.now() + access.waits.operations;
      for (const operation of operations) await this.#waitForOne(projectId, operation, deadline);
    });
  }

  async #waitForOne(projectId: string, first: Operation, deadline: number): Promise<void> {
    const { progress, access } = this.#reader;
    const { waits } = access;
    let operation = first;
    let failedSince: number | undefined;
    for (let pauseMs = waits.poll / 10; !hasEnded(operation); pauseMs = Math.min(pauseMs * 1.5, waits.poll)) {
      const { id, action, status } = operation;
      progress.note(`operation ${action} (${id}) is ${status}`);
      failedSince = status === "failed" ? (failedSince ?? Date.now()) : undefined;
      const problem = operationProblem(projectId, operation, { deadline, failedSince }, waits);
      if (problem) throw problem;
      await sleep(pauseMs);
      const found = await this.#read(projectId, id);
      if (!found) break;
      operation = found;
    }
    progress.note(undefined);
  }

  /** Undefined if the operation is gone or hidden from this key. The write that started it was carried out in any case. */
  async #read(projectId: string, id: string): Promise<Operation | undefined> {
    const path = `${projectPath(projectId)}/operations/${encodeURIComponent(id)}`;
    try {
      return (await this.#reader.read<{ operation: Operation }>(path, "operation")).operation;
    } catch (failure) {
      if (isNeonFailure(failure) && (failure.status === 403 || failure.status === 404)) return undefined;
      throw failure;
    }
  }
}
