import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../lifecycle/context";
import { foreignServer, notBack } from "../neon/errors";
import { neonWaits } from "../neon/waits";
import { connect, expectRestart } from "../postgres/connection";
import { explainServerFailure, readReplica } from "../postgres/errors";
import { Session } from "../postgres/session";
import { readServer, type Server, toServer } from "../postgres/sql/server";
import { statement } from "../postgres/sql/statement";
import { saying } from "../progress";

/** The three values that the guide asks to look at. */
export interface Levels {
  walLevel: string;
  maxWalSenders: number;
  maxReplicationSlots: number;
}

/** What the server says; refuses one that by its own word is another project's, or no source for ClickPipes. */
export async function currentLevels({ postgres }: Context, projectId: string): Promise<Levels> {
  const { levels, server } = await postgres.read(readLevels);
  const { neonProject, inRecovery } = server;
  const { host } = postgres.settings;
  if (neonProject && neonProject !== projectId) throw foreignServer({ host, projectId, found: neonProject });
  if (inRecovery) throw readReplica(host);
  return levels;
}

async function readLevels(session: Session): Promise<{ levels: Levels; server: Server }> {
  const text = `
    select current_setting('wal_level') as "walLevel", current_setting('max_wal_senders')::int as "maxWalSenders",
           current_setting('max_replication_slots')::int as "maxReplicationSlots"`;
  const [server, levels] = await session.run(readServer, statement(text));
  return { server: toServer(server?.rows[0] ?? {}), levels: levels?.rows[0] as unknown as Levels };
}

/**
 * Has the computes restarted by `work` while no transaction of ours runs: running ones are waited for, new ones wait until
 * the server says `wal_level = logical`, or has had its time.
 */
export async function restart(context: Context, projectId: string, work: () => Promise<void>): Promise<void> {
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
        await reconnect(context, projectId);
      }),
  );
}

async function reconnect({ postgres: { settings } }: Context, projectId: string): Promise<void> {
  const deadline = Date.now() + settings.connectTimeout * 1000;
  let answered = false;
  while (Date.now() <= deadline) {
    try {
      const connection = await connect(settings, deadline);
      const found = await readLevels(new Session(connection)).catch(() => undefined);
      await connection.client.end().catch(() => {});
      if (found?.levels.walLevel === "logical") return;
      answered = true;
    } catch (failure) {
      // What it said before tells more than that the last try had no time left.
      if (answered) return;
      throw notBack(projectId, explainServerFailure(failure as Error, settings));
    }
    await sleep(neonWaits.poll / 4);
  }
}
