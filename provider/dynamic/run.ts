import { Run } from "../lifecycle/run";

/** Pulumi starts one process for all dynamic resources of a run, and ends it with SIGINT once the state is saved. */
export const run = new Run(endWithProcess);

/** Called only once there is something to end: until then, SIGINT does to a program what it always does. */
function endWithProcess(): void {
  process.once("SIGINT", async () => {
    await run.end();
    process.exit(130);
  });
}
