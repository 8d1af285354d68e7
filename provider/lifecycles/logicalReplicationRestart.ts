import { setTimeout as sleep } from "node:timers/promises";
import { connect, expectRestart } from "../clients/connection";
import { neonWaits, saying } from "../clients/neonWaits";
import { Session } from "../clients/session";
import { statement } from "../sql/statement";
import type { Context } from "./context";

/** The three values that the guide asks to look at. */
export interface Levels {
  walLevel: string;
  maxWalSenders: number;
  maxReplicationSlots: number;
}

export function currentLevels({ postgres }: Context): Promise<Levels> {
  return postgres.read(readLevels);
}

async function readLevels(session: Session): Promise<Levels> {
  const text = `
    select current_setting('wal_level') as "walLevel", current_setting('max_wal_senders')::int as "maxWalSenders",
           current_setting('max_replication_slots')::int as "maxReplicationSlots"`;
  const [answer] = await session.run(statement(text));
  return answer?.rows[0] as unknown as Levels;
}

/**
 * Has the computes restarted by `work` while no transaction of ours runs: running ones are waited for, new ones wait until
 * the server says `wal_level = logical`, or has had its time.
 */
export async function restart(context: Context, work: () => Promise<void>): Promise<void> {
  const { postgres } = context;
  let waitingFor: string | undefined = "waiting for this run's own transactions to end before the restart";
  await saying(
    (text) => context.inform(text),
    () => waitingFor,
    () =>
      postgres.alone(async () => {
        // The client of Neon's API says by itself what it waits for.
        waitingFor = undefined;
        expectRestart(postgres.settings);
        await work();
        waitingFor = `waiting for ${postgres.settings.host} to come back with wal_level = logical`;
        await reconnect(context);
      }),
  );
}

async function reconnect({ postgres: { settings } }: Context): Promise<void> {
  const deadline = Date.now() + settings.connectTimeout * 1000;
  while (Date.now() <= deadline) {
    const connection = await connect(settings, deadline);
    const levels = await readLevels(new Session(connection)).catch(() => undefined);
    await connection.client.end().catch(() => {});
    if (levels?.walLevel === "logical") return;
    await sleep(neonWaits.poll / 4);
  }
}
