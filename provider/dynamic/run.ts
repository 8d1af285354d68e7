import { Run } from "../lifecycle/run";

/** Pulumi starts one process for all dynamic resources of a run, and ends it with SIGINT when its state is saved. */
export const run = new Run();

let endsWithProcess = false;

/** Called when there is something to do: a program that only loads the module keeps its own way to end. */
export function endWithProcess(): void {
  if (endsWithProcess) return;
  endsWithProcess = true;
  process.once("SIGINT", async () => {
    await run.end();
    process.exit(130);
  });
}
