import type { Context } from "../lifecycle/context";
import { connect } from "../postgres/connection";
import { Session } from "../postgres/session";
import { readServer, toServer } from "../postgres/sql/server";
import { saying } from "../progress";

const PROOF_SECONDS = 20;

/** A fresh connection, and not while this process restarts the compute; gives the Neon project it came to, as far as that is known. */
export async function reach(context: Context): Promise<string | undefined> {
  const { postgres } = context;
  const { settings } = postgres;
  const proof = async () => {
    const connection = await connect(settings, Date.now() + Math.min(PROOF_SECONDS, settings.connectTimeout) * 1000);
    // That we got in is the proof, whatever the server says then.
    const answers = await new Session(connection).run(readServer).catch(() => []);
    await connection.client.end().catch(() => {});
    return toServer(answers[0]?.rows[0] ?? {}).neonProject;
  };
  return saying(
    (text) => context.inform(text),
    () => `waiting for a fresh connection to ${settings.host}, which shows whether the list lets this machine in`,
    () => postgres.alone(proof),
  );
}
