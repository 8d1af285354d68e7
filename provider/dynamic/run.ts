import { Run } from "../lifecycle/run";

/** Pulumi starts one process for all dynamic resources of a run, and ends it with SIGINT once the state is saved. */
export const run = new Run();

let endsWithProcess = false;

/** Called only when there is work, so that loading the module does not change how a program handles SIGINT. */
export function endWithProcess(): void {
  if (endsWithProcess) return;
  endsWithProcess = true;
  process.once("SIGINT", async () => {
    await run.end();
    process.exit(130);
  });
}
