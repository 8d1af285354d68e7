import { setTimeout as sleep } from "node:timers/promises";
import { saying } from "../progress";
import { isNeonFailure, isRefusedForNow, isUnclear, type NeonFailure } from "./errors";
import { hasEnded, isRunning, type Operation, operationProblem } from "./operation";
import { attempt, type NeonAccess, readNeon } from "./request";
import { neonWaits, pauseBefore } from "./waits";

export interface AllowedIps {
  ips?: string[];
  protected_branches_only?: boolean;
}

export interface ProjectSettings {
  enable_logical_replication?: boolean;
  allowed_ips?: AllowedIps;
  block_public_connections?: boolean;
}

export interface Endpoint {
  id: string;
  host: string;
  current_state: string;
  type: string;
}

/** What became of the writes of one change, also where the change failed in the end. */
export interface Writes {
  carriedOut: number;
  /** Nobody knows whether Neon carried them out. */
  unclear: number;
}

/** Says which settings to write over those found, or that all is as wished. */
export type Change = (found: ProjectSettings, writes: Writes) => ProjectSettings | undefined;

const UNCLEAR_TRIES = 4;

/** The few calls of Neon's API that we need; one answer for each cause of failure. */
export class NeonClient {
  readonly #access: NeonAccess;
  readonly #inform: (text: string) => void;
  #waitingFor: string | undefined;
  #isPatient = false;

  constructor(apiUrl: string, apiKey: string, inform: (text: string) => void = () => {}, deadline = Infinity) {
    this.#access = { apiUrl, apiKey, deadline };
    this.#inform = inform;
  }

  /** The same client, for questions that must be answered within `ms`. */
  within(ms: number): NeonClient {
    const { apiUrl, apiKey } = this.#access;
    return new NeonClient(apiUrl, apiKey, this.#inform, Date.now() + ms);
  }

  async readSettings(projectId: string): Promise<ProjectSettings> {
    const path = projectPath(projectId);
    return (await this.#read<{ project: { settings?: ProjectSettings } }>(path, "project")).project.settings ?? {};
  }

  async listEndpoints(projectId: string): Promise<Endpoint[]> {
    const path = `${projectPath(projectId)}/endpoints`;
    return (await this.#read<{ endpoints: Endpoint[] }>(path, "endpoints")).endpoints;
  }

  /** The operations that are under way; undefined where they are not ours to list, since what was wished decides anyway. */
  async listRunning(projectId: string): Promise<Operation[] | undefined> {
    const path = `${projectPath(projectId)}/operations?limit=50`;
    try {
      const { operations } = await this.#read<{ operations: Operation[] }>(path, "operations");
      return operations.filter(isRunning);
    } catch {
      return undefined;
    }
  }

  /**
   * Reads, writes what `change` says, and begins anew with reading until `change` finds all as wished. So a write that was
   * refused for now is made of what is there then, and one whose answer was lost is never repeated blindly.
   */
  changeSettings(projectId: string, change: Change, writes = noWrites()): Promise<ProjectSettings> {
    return this.#patiently(async () => {
      let deadline = this.#refusedUntil();
      for (let refusals = 0; ; ) {
        const found = await this.readSettings(projectId);
        const settings = change(found, writes);
        if (settings === undefined) return found;
        const failure = await this.#write(projectId, settings, writes);
        if (!failure) {
          deadline = this.#refusedUntil();
          // Two writers who undo each other's writes in step must fall out of step.
          if (writes.carriedOut > 1) await sleep(pauseBefore(writes.carriedOut));
          continue;
        }
        const repeatable = isUnclear(failure) ? writes.unclear < UNCLEAR_TRIES : isRefusedForNow(failure);
        const pauseMs = pauseBefore(++refusals, failure.retryAfterMs);
        if (!repeatable || Date.now() + pauseMs > deadline) throw failure;
        this.#waitAfter(failure);
        await sleep(pauseMs);
        if (isUnclear(failure)) await this.waitForRunning(projectId);
      }
    });
  }

  #refusedUntil(): number {
    return Math.min(this.#access.deadline, Date.now() + neonWaits.refused);
  }

  /** One write, with all that it sets off; gives the failure that another try may mend. */
  async #write(projectId: string, settings: ProjectSettings, writes: Writes): Promise<NeonFailure | undefined> {
    const request = { method: "PATCH", path: projectPath(projectId), body: { project: { settings } } } as const;
    const outcome = await attempt<{ operations?: Operation[] }>(this.#access, request);
    if ("failure" in outcome) {
      if (isUnclear(outcome.failure)) writes.unclear++;
      return outcome.failure;
    }
    writes.carriedOut++;
    await this.waitForOperations(projectId, outcome.value.operations ?? []);
    return undefined;
  }

  /** Waits until whatever is under way has ended, as far as it is ours to look at. */
  async waitForRunning(projectId: string): Promise<void> {
    await this.waitForOperations(projectId, (await this.listRunning(projectId)) ?? []);
  }

  /** Waits until every operation has ended, as far as they are ours to look at. */
  waitForOperations(projectId: string, operations: Operation[]): Promise<void> {
    return this.#patiently(async () => {
      const deadline = Date.now() + neonWaits.operations;
      for (const operation of operations) await this.#waitForOperation(projectId, operation, deadline);
    });
  }

  async #waitForOperation(projectId: string, first: Operation, deadline: number): Promise<void> {
    let operation = first;
    let failedSince: number | undefined;
    for (let pauseMs = neonWaits.poll / 10; !hasEnded(operation); pauseMs = Math.min(pauseMs * 1.5, neonWaits.poll)) {
      const { id, action, status } = operation;
      this.#waitingFor = `whose operation ${action} (${id}) is ${status}`;
      failedSince = status === "failed" ? (failedSince ?? Date.now()) : undefined;
      const problem = operationProblem(projectId, operation, { deadline, failedSince });
      if (problem) throw problem;
      await sleep(pauseMs);
      const found = await this.#readOperation(projectId, id);
      if (!found) break;
      operation = found;
    }
    this.#waitingFor = undefined;
  }

  /** Undefined where it is gone or hidden from this key: the write that set it off was carried out all the same. */
  async #readOperation(projectId: string, id: string): Promise<Operation | undefined> {
    const path = `${projectPath(projectId)}/operations/${encodeURIComponent(id)}`;
    try {
      return (await this.#read<{ operation: Operation }>(path, "operation")).operation;
    } catch (failure) {
      if (isNeonFailure(failure) && (failure.status === 403 || failure.status === 404)) return undefined;
      throw failure;
    }
  }

  #read<T extends object>(path: string, part: keyof T & string): Promise<T> {
    return this.#patiently(() => readNeon<T>(this.#access, path, part, (failure) => this.#waitAfter(failure)));
  }

  #waitAfter({ status }: NeonFailure): void {
    this.#waitingFor = status === undefined ? "which did not answer" : `which answered HTTP ${status}`;
  }

  /** Says now and then what is being waited for; once only where one wait holds others. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isPatient) return work();
    this.#isPatient = true;
    this.#waitingFor = undefined;
    const what = () => this.#waitingFor && `waiting for Neon, ${this.#waitingFor}`;
    return saying(this.#inform, what, work).finally(() => {
      this.#isPatient = false;
    });
  }
}

export function noWrites(): Writes {
  return { carriedOut: 0, unclear: 0 };
}

function projectPath(projectId: string): string {
  return `/projects/${encodeURIComponent(projectId)}`;
}
