import type { Context } from "../lifecycle/context";
import { Session } from "../postgres/session";
import { readServer } from "../postgres/sql/server";
import { reportWaiting } from "../progress";

const PROOF_SECONDS = 20;

/**
 * Opens a new connection, but not while this process restarts the compute. Returns the Neon project that the server names, if it
 * names one.
 */
export async function reach(context: Context): Promise<string | undefined> {
  const { postgres, run } = context;
  const { host, connectTimeout } = postgres.settings;
  const connectOnce = async () => {
    const deadline = Date.now() + Math.min(PROOF_SECONDS, connectTimeout) * 1000;
    const connection = await postgres.connectApart({}, deadline);
    // The connection alone is the proof, even if the server then fails to answer.
    const answers = await new Session(connection).ask(readServer).catch(() => undefined);
    await connection.client.end().catch(() => {});
    return answers?.[0].neonProject;
  };
  return reportWaiting(
    (text) => context.inform(text),
    () => `waiting for a new connection to ${host}, which shows whether the IP Allow list lets this machine in`,
    () => postgres.alone(connectOnce),
    run.neonWaits.progress,
  );
}
