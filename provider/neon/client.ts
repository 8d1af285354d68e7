import type { Operation } from "./operation";
import { Operations } from "./operations";
import { NeonProgress } from "./progress";
import { type Endpoint, type ProjectSettings, projectPath } from "./project";
import { NeonReader } from "./reader";
import type { NeonAccess } from "./request";
import { type Change, type Changed, changeSettings, NO_WRITES, readSettings } from "./settingsChange";

/** The calls of Neon's API that this package needs. */
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

  /** The same client, with a deadline for everything that it does: `ms` from now. */
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

  /** The operations that are running. Undefined if this key may not list them. */
  listRunning(projectId: string): Promise<Operation[] | undefined> {
    return this.#operations.listRunning(projectId);
  }

  /**
   * Never throws, since the caller has to know what was written even if the change failed in the end. `before`: the writes of
   * earlier calls.
   */
  changeSettings(projectId: string, change: Change, before = NO_WRITES): Promise<Changed> {
    const work = () => changeSettings(this.#reader, this.#operations, projectId, change, before);
    return this.#reader.progress.follow(work);
  }

  /** Waits until every running operation that this key can see has ended. */
  waitForRunning(projectId: string): Promise<void> {
    return this.#operations.waitForRunning(projectId);
  }

  /** Waits until each of these operations that this key can see has ended. */
  waitForOperations(projectId: string, operations: Operation[]): Promise<void> {
    return this.#operations.waitFor(projectId, operations);
  }
}
