import { setTimeout as sleep } from "node:timers/promises";
import type { Read, Reading } from "../pipe/reads";
import { readNothing } from "../pipe/sql/reads";
import type { ConnectAs, ConnectFailure, OpenConnection } from "../postgres/connection";
import type { Connections } from "../postgres/connections";
import { type Answer, Session } from "../postgres/session";
import { displaySqlstate, SQLSTATE } from "../postgres/sqlstate";
import type { ProbeFailure } from "./checks/facts";
import { lateAnswer } from "./refusals";
import { READ_CATALOGS, readSession, SETTLE, type SessionFacts, WITHOUT_ROW_SECURITY } from "./sql/session";

/** What the ClickPipes user's own session found out. */
export interface Login {
  session: SessionFacts;
  /** The catalogs that it may not read. */
  hiddenCatalogs: string[];
  /** For each relation that was asked about. */
  readings: Readings[];
}

/** How the relation can be read, and how with row-level security switched off. */
export interface Readings {
  reading?: Reading;
  plain?: Reading;
}

/**
 * A relation to read. `secured`: it has row-level security. `subject`: its policies apply to the role. Planning them may wait for the
 * tables that they use, so it is only read with row-level security switched off.
 */
export interface Asked extends Read {
  secured: boolean;
  subject: boolean;
}

/** The reads take what they take: ClickPipes' patience is for the login alone. This is the most for one. */
const READ_MS = 250;

type Outcome = PromiseSettledResult<Answer>;

/** Logs in as ClickPipes would, and tries to read each relation. All of it is sent in one write. */
export function logIn(
  postgres: Connections,
  login: { role: string; password: string },
  deadline: number,
  asked: readonly Asked[],
): Promise<Failed | Login> {
  const free = asked.filter(({ subject }) => !subject);
  const secured = asked.filter(({ secured }) => secured);
  const statements = [
    ...[readSession, ...SETTLE, ...READ_CATALOGS.map(({ statement }) => statement)],
    ...[...free.map(readNothing), WITHOUT_ROW_SECURITY, ...secured.map(readNothing)],
  ];
  return connectAs(postgres, login, deadline, {}, async (opened) => {
    const answers = new Session(opened).attempt(statements);
    const end = deadline + READ_MS * (free.length + secured.length);
    const outcomes = await awaitUntil(end, answers, postgres, () => opened.socket.destroy());
    const first = outcomes[0] as Outcome;
    if (first.status === "rejected") throw first.reason;
    const readings = outcomes.slice(1 + SETTLE.length).map(readingOf);
    const [catalogs, open] = [readings.splice(0, READ_CATALOGS.length), readings.splice(0, free.length)];
    const reading = new Map(free.map((one, index) => [one, open[index]]));
    const plain = new Map(secured.map((one, index) => [one, readings[1 + index]]));
    return {
      session: readSession.read(first.value.rows),
      hiddenCatalogs: READ_CATALOGS.map(({ catalog }) => catalog).filter((_, index) => catalogs[index] === "denied"),
      readings: asked.map((one) => ({ reading: reading.get(one), plain: plain.get(one) })),
    };
  });
}

/** Opens a replication connection as ClickPipes would. */
export function replicate(
  postgres: Connections,
  login: { role: string; password: string },
  deadline: number,
): Promise<Failed | object> {
  return connectAs(postgres, login, deadline, { replication: "database" }, ({ client, socket }) =>
    awaitUntil(deadline, client.query("IDENTIFY_SYSTEM"), postgres, () => socket.destroy()),
  );
}

interface Failed {
  failure: ProbeFailure;
}

async function connectAs<T extends object>(
  postgres: Connections,
  { role, password }: { role: string; password: string },
  deadline: number,
  as: Pick<ConnectAs, "replication">,
  work: (opened: OpenConnection) => Promise<T>,
): Promise<Failed | T> {
  try {
    const opened = await postgres.connectApart({ user: role, password }, deadline, { reader: true, ...as });
    try {
      return await work(opened);
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

/** Other errors, such as for a table that no longer exists, say nothing about privileges. */
function readingOf(outcome: Outcome | undefined): Reading {
  if (outcome?.status === "fulfilled") return "read";
  const { code } = (outcome?.reason ?? {}) as ConnectFailure;
  if (code === SQLSTATE.insufficientPrivilege) return "denied";
  return code === SQLSTATE.lockNotAvailable ? "held" : undefined;
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
