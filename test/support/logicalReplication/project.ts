import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, type MockInstance, vi } from "vitest";
import { run } from "../../../provider/dynamic/run";
import { Managed } from "../managed";
import { type LocalNeon, type LocalNeonOptions, startLocalNeon } from "../neon";

const WAITS = { ...run.neonWaits };

/** A local Neon, and resources that turn logical replication on in its project. */
export class ReplicationProject {
  neon!: LocalNeon;
  said!: MockInstance<typeof console.error>;

  readonly configOf = (changes: Record<string, string> = {}): Record<string, string> => ({
    ...this.neon.config,
    ...changes,
  });
  readonly managed = (changes?: Record<string, string>, name = "replication"): Managed =>
    new Managed("LogicalReplication", name, this.configOf(changes));
  readonly args = (more: object = {}) => ({ projectId: this.neon.projectId, ...more });
  readonly lines = (): string => this.said.mock.calls.flat().join("\n");
  readonly patches = () => this.neon.requests.filter(({ method }) => method === "PATCH");
  /** As in a project that never had it on. */
  readonly turnOff = async (): Promise<void> => {
    const { operations, project, server, compute } = this.neon;
    operations.stateMs = 25;
    project.settings.enable_logical_replication = false;
    server.set({ wal_level: "replica" });
    await compute.suspend();
    await compute.wake();
  };
  readonly asOwner = async (text: string): Promise<Record<string, unknown>[]> => {
    const client = new Client(this.neon.connectionUri);
    client.on("error", () => {});
    await client.connect();
    const { rows } = await client.query(text);
    await client.end();
    return rows;
  };
}

/** One for all tests of a `describe`, or of a file. */
export function useProject(options: LocalNeonOptions): ReplicationProject {
  const project = new ReplicationProject();
  beforeAll(async () => {
    project.neon = await startLocalNeon({ version: 17, ...options });
  });
  afterAll(() => project.neon?.stop());
  beforeEach(() => {
    project.said = vi.spyOn(console, "error").mockImplementation(() => {});
    project.neon.requests.length = 0;
  });
  afterEach(async () => {
    project.said.mockRestore();
    Object.assign(run.neonWaits, WAITS);
    project.neon.faults.clear();
    await project.neon.operations.idle();
  });
  return project;
}
