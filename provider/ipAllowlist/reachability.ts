import type { Context } from "../lifecycle/context";
import { Session } from "../postgres/session";
import { readServer } from "../postgres/sql/server";
import { saying } from "../progress";

const PROOF_SECONDS = 20;

/** A fresh connection, and not while this process restarts the compute; gives the Neon project it came to, as far as that is known. */
export async function reach(context: Context): Promise<string | undefined> {
  const { postgres, run } = context;
  const { host, connectTimeout } = postgres.settings;
  const connectOnce = async () => {
    const deadline = Date.now() + Math.min(PROOF_SECONDS, connectTimeout) * 1000;
    const connection = await postgres.connectApart({}, deadline);
    // That we got in is the proof, whatever the server says then.
    const answers = await new Session(connection).ask(readServer).catch(() => undefined);
    await connection.client.end().catch(() => {});
    return answers?.[0].neonProject;
  };
  return saying(
    (text) => context.inform(text),
    () => `waiting for a fresh connection to ${host}, which shows whether the list lets this machine in`,
    () => postgres.alone(connectOnce),
    run.neonWaits.progress,
  );
}
