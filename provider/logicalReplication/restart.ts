import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../lifecycle/context";
import { explainServerFailure, type ServerFailure } from "../postgres/errors";
import { Session } from "../postgres/session";
import { readServer } from "../postgres/sql/server";
import { reportWaiting } from "../progress";
import { LEVELS } from "./levels";
import { notBack } from "./refusals";

/**
 * Runs `work`, which restarts the computes, while no transaction of this process runs. Waits for the running ones, and holds new
 * ones back until the server reports `wal_level = logical` or the time is up.
 */
export async function restart(context: Context, projectId: string, work: () => Promise<void>): Promise<void> {
  const { postgres, run } = context;
  let waitingFor: string | undefined = "waiting for this run's own transactions to end before the restart";
  await reportWaiting(
    (text) => context.inform(text),
    () => waitingFor,
    () =>
      postgres.alone(async () => {
        // The client of Neon's API reports its own waits.
        waitingFor = undefined;
        postgres.expectRestart();
        await work();
        waitingFor = `waiting for ${postgres.settings.host} to come back with wal_level = logical`;
        await reconnect(context, projectId);
      }),
    run.neonWaits.progress,
  );
}

async function reconnect({ postgres, run }: Context, projectId: string): Promise<void> {
  const { settings } = postgres;
  const deadline = Date.now() + settings.connectTimeout * 1000;
  let answered = false;
  while (Date.now() <= deadline) {
    try {
      const connection = await postgres.connectApart({}, deadline);
      const found = await new Session(connection).ask(readServer, LEVELS).catch(() => undefined);
      await connection.client.end().catch(() => {});
      if (found?.[1].walLevel === "logical") return;
      answered = true;
    } catch (failure) {
      // An earlier answer of the server explains more than a last try that ran out of time. The caller reads it again.
      if (answered) return;
      throw notBack(projectId, explainServerFailure(failure as ServerFailure, settings));
    }
    await sleep(run.neonWaits.poll / 4);
  }
}
