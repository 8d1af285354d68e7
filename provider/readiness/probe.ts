import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectFailure, OpenConnection } from "../postgres/connection";
import type { Connections } from "../postgres/connections";
import { displaySqlstate } from "../postgres/sqlstate";
import type { ProbeFailure } from "./checks/facts";
import { lateAnswer } from "./refusals";
import { readSessionTimeouts, type SessionTimeouts } from "./sql/server";

export interface Probe {
  failure?: ProbeFailure;
  /** The timeouts of an ordinary session, as the server, database and role set them. */
  timeouts?: SessionTimeouts;
}

/** Connects as ClickPipes would. */
export async function probe(
  postgres: Connections,
  { role, password }: { role: string; password: string },
  deadline: number,
  replication?: "database",
): Promise<Probe> {
  try {
    const opened = await postgres.connectApart({ user: role, password }, deadline, { reader: true, replication });
    try {
      const question = opened.client.query<SessionTimeouts>(replication ? "IDENTIFY_SYSTEM" : readSessionTimeouts);
      const { rows } = await awaitUntil(deadline, question, postgres, () => opened.socket.destroy());
      return replication ? {} : { timeouts: rows[0] };
    } finally {
      await close(opened);
    }
  } catch (error) {
    const { code, message } = error as ConnectFailure;
    // A detail of the report is one line, and its period follows.
    const text = message.replaceAll("\n", " ").replace(/\.$/, "");
    return { failure: code === undefined ? { text } : { text: `${text} (${displaySqlstate(code)})`, code } };
  }
}

/** A server that no longer answers must not delay the report. */
async function close({ client, socket }: OpenConnection): Promise<void> {
  await Promise.race([client.end().catch(() => {}), sleep(1000, undefined, { ref: false })]);
  socket.destroy();
}

/** Resolves with the server's answer. After the deadline it rejects, and `giveUp` closes the connection. */
export async function awaitUntil<T>(
  deadline: number,
  answer: Promise<T>,
  { settings }: Connections,
  giveUp: () => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => {
        reject(lateAnswer(settings));
        giveUp();
      },
      Math.max(deadline - Date.now(), 1),
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    // The answer may still fail after the deadline.
    answer.catch(() => {});
  }
}
