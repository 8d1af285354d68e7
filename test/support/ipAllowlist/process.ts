import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, vi } from "vitest";
import type { Managed } from "../managed";

/** The notes that the provider keeps on this machine must not end up in the developer's own Pulumi home. */
const home = mkdtempSync(join(tmpdir(), "clickpipes-home-"));
beforeAll(() => {
  process.env.PULUMI_HOME = home;
});
afterAll(() => rmSync(home, { recursive: true }));

/** Waits that keep a test short. */
export const SHORT_WAITS = { pause: 4, poll: 4, secondLook: 20 };

export interface Place {
  config: Record<string, string>;
  /** @default "IpAllowlist" */
  kind?: string;
  /** @default "dev" */
  stack?: string;
}

export interface ProviderProcess {
  resource(name: string, place: Place): Managed;
  /** The resource as a later run in this process finds it. */
  continued(resource: Managed, name: string, place: Place): Managed;
  /** Ends a run like Pulumi does: the state is saved, and the process forgets what the resource desired. */
  endRun(resource: Managed): void;
  /** Ends a run like a kill before the state is saved: the notes stay, and the next run remembers nothing. */
  killRun(resource: Managed): void;
}

const NOTES = join(home, "neon-clickpipes");

/** Whatever `work` does to the notes on this machine is undone. */
function keepingNotes(work: () => void): void {
  const names = existsSync(NOTES) ? readdirSync(NOTES) : [];
  const kept = names.map((name) => [join(NOTES, name), readFileSync(join(NOTES, name))] as const);
  work();
  for (const [file, content] of kept) writeFileSync(file, content);
}

/** Loads the provider's code again, like a new process that remembers nothing. */
export async function newProcess(waits: object = SHORT_WAITS): Promise<ProviderProcess> {
  // Each of them listens for SIGINT, in this one process.
  process.setMaxListeners(0);
  vi.resetModules();
  const { run } = await import("../../../provider/dynamic/run.js");
  Object.assign(run.neonWaits, waits);
  const { RunRegistry } = await import("../../../provider/ipAllowlist/runRegistry.js");
  const { FinishedJournals } = await import("../../../provider/ipAllowlist/notes/journal.js");
  const { Managed } = await import("../managed.js");
  const resource: ProviderProcess["resource"] = (name, { config, kind = "IpAllowlist", stack = "dev" }) =>
    new Managed(kind, name, config, { stack });
  const endRun: ProviderProcess["endRun"] = ({ state }) => {
    run.memory(FinishedJournals).remove();
    if (state) run.memory(RunRegistry).forget(String(state.outputs.projectId), String(state.outputs.token));
  };
  return {
    resource,
    continued: (before, ...place) => Object.assign(resource(...place), { state: before.state }),
    endRun,
    killRun: (resource) => keepingNotes(() => endRun(resource)),
  };
}

/** After a failed create or update, the engine calls update even if no input has changed. */
export function markFailed(resource: Managed): void {
  if (resource.state) resource.state.inputs = { ...resource.state.inputs, failed: true };
}

export function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    (error: Error) => error.message,
  );
}
