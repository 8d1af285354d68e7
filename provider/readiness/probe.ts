import { setTimeout as sleep } from "node:timers/promises";
import { refusal } from "../errors";
import { type ConnectFailure, connect, type OpenConnection, type PostgresSettings } from "../postgres/connection";
import { displaySqlstate } from "../postgres/sqlstate";
import type { ProbeFailure } from "./checks/report";
import { readSessionTimeouts, type SessionTimeouts } from "./sql/server";

export interface Probe {
  failure?: ProbeFailure;
  /** What the session of an ordinary login has by the settings of others. */
  timeouts?: SessionTimeouts;
}

/** Connects as ClickPipes would. */
export async function probe(
  admin: PostgresSettings,
  { role, password }: { role: string; password: string },
  deadline: number,
  replication?: "database",
): Promise<Probe> {
  const settings = { ...admin, user: role, password };
  try {
    const opened = await connect(settings, deadline, { reader: true, replication });
    try {
      const question = opened.client.query<SessionTimeouts>(replication ? "IDENTIFY_SYSTEM" : readSessionTimeouts);
      const { rows } = await inTime(question, deadline, settings, () => opened.socket.destroy());
      return replication ? {} : { timeouts: rows[0] };
    } finally {
      await close(opened);
    }
  } catch (error) {
    const { code, message } = error as ConnectFailure;
    return {
      failure: code === undefined ? { text: message } : { text: `${message} (${displaySqlstate(code)})`, code },
    };
  }
}

/** A server that has gone silent must not hold up the report. */
async function close({ client, socket }: OpenConnection): Promise<void> {
  await Promise.race([client.end().catch(() => {}), sleep(1000, undefined, { ref: false })]);
  socket.destroy();
}

/** What the server answers before the deadline; afterwards `giveUp` ends the wait on its side too. */
export async function inTime<T>(
  answer: Promise<T>,
  deadline: number,
  { host, port }: PostgresSettings,
  giveUp: () => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => {
        reject(refusal("late", `${host}:${port} gave no answer within 15 s, the time that ClickPipes waits for one`));
        giveUp();
      },
      Math.max(deadline - Date.now(), 1),
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    // Whoever lost the race may still fail.
    answer.catch(() => {});
  }
}
