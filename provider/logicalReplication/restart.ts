import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../lifecycle/context";
import { explainServerFailure, type ServerFailure } from "../postgres/errors";
import { Session } from "../postgres/session";
import { readServer } from "../postgres/sql/server";
import { saying } from "../progress";
import { LEVELS } from "./levels";
import { notBack } from "./refusals";

/**
 * Has the computes restarted by `work` while no transaction of ours runs: running ones are waited for, new ones wait until
 * the server says `wal_level = logical`, or has had its time.
 */
export async function restart(context: Context, projectId: string, work: () => Promise<void>): Promise<void> {
  const { postgres, run } = context;
  let waitingFor: string | undefined = "waiting for this run's own transactions to end before the restart";
  await saying(
    (text) => context.inform(text),
    () => waitingFor,
    () =>
      postgres.alone(async () => {
        // The client of Neon's API says by itself what it waits for.
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
      // What it said before tells more than that the last try had no time left.
      if (answered) return;
      throw notBack(projectId, explainServerFailure(failure as ServerFailure, settings));
    }
    await sleep(run.neonWaits.poll / 4);
  }
}
