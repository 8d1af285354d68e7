import type { Operation } from "./operation";
import { Operations } from "./operations";
import { NeonProgress } from "./progress";
import { type Endpoint, type ProjectSettings, projectPath } from "./project";
import { NeonReader } from "./reader";
import type { NeonAccess } from "./request";
import { type Change, type Changed, changeSettings, NO_WRITES, readSettings } from "./settingsChange";

/** The few calls of Neon's API that we need; one answer for each cause of failure. */
export class NeonClient {
  readonly #access: NeonAccess;
  readonly #inform: (text: string) => void;
  readonly #reader: NeonReader;
  readonly #operations: Operations;

  constructor(access: NeonAccess, inform: (text: string) => void = () => {}) {
    this.#access = access;
    this.#inform = inform;
    this.#reader = new NeonReader(access, new NeonProgress(inform, access.waits));
    this.#operations = new Operations(this.#reader);
  }

  /** The same client, for questions that must be answered within `ms`. */
  within(ms: number): NeonClient {
    return new NeonClient({ ...this.#access, deadline: Date.now() + ms }, this.#inform);
  }

  readSettings(projectId: string): Promise<ProjectSettings> {
    return readSettings(this.#reader, projectId);
  }

  async listEndpoints(projectId: string): Promise<Endpoint[]> {
    const path = `${projectPath(projectId)}/endpoints`;
    return (await this.#reader.read<{ endpoints: Endpoint[] }>(path, "endpoints")).endpoints;
  }

  /** The operations that are under way; undefined where they are not ours to list. */
  listRunning(projectId: string): Promise<Operation[] | undefined> {
    return this.#operations.listRunning(projectId);
  }

  /** Never throws: what was written must be known also where it failed in the end. `before`: writes of an earlier call. */
  changeSettings(projectId: string, change: Change, before = NO_WRITES): Promise<Changed> {
    const work = () => changeSettings(this.#reader, this.#operations, projectId, change, before);
    return this.#reader.progress.follow(work);
  }

  /** Waits until whatever is under way has ended, as far as it is ours to look at. */
  waitForRunning(projectId: string): Promise<void> {
    return this.#operations.waitForRunning(projectId);
  }

  /** Waits until every operation has ended, as far as they are ours to look at. */
  waitForOperations(projectId: string, operations: Operation[]): Promise<void> {
    return this.#operations.waitFor(projectId, operations);
  }
}
