import { setTimeout as sleep } from "node:timers/promises";
import { address, type ConnectFailure, connect, type PostgresSettings } from "./connection";
import { SQLSTATE } from "./sqlstate";

/** `unclear`: the server turned the login away, and may not have looked at the password before. */
export type LoginAnswer = "accepted" | "refused" | "unclear";

/** A full server says the same before it asks for a password as a role's full connection limit after it. */
const UNCLEAR: readonly (string | undefined)[] = [SQLSTATE.invalidAuthorization, SQLSTATE.tooManyConnections];

/** The last login at each server. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Logs in over a connection of its own: the only proof of a password that says nothing else about it. One login at a time
 * for each server: beside the connections of the providers there is only one more, however many roles they have.
 */
export function tryLogin(settings: PostgresSettings, user: string, password: string): Promise<LoginAnswer> {
  const login = () => logIn(settings, user, password);
  const turn = (turns.get(address(settings)) ?? Promise.resolve()).then(login, login);
  turns.set(address(settings), turn);
  return turn;
}

async function logIn(settings: PostgresSettings, user: string, password: string): Promise<LoginAnswer> {
  try {
    const opened = await connect({ ...settings, user, password }, Date.now() + settings.connectTimeout * 1000, {
      reader: true,
    });
    await opened.client.end();
    return "accepted";
  } catch (error) {
    const { code } = error as ConnectFailure;
    if (code === SQLSTATE.invalidPassword) return "refused";
    // The right to connect to the database is looked at after the password.
    if (code === SQLSTATE.insufficientPrivilege) return "accepted";
    if (UNCLEAR.includes(code)) return "unclear";
    throw Object.assign(error as ConnectFailure, { user });
  }
}

const PROPAGATION_MS = 10_000;

/** After a change: Neon's proxy keeps the old secret for a moment, so a refusal counts only when it lasts. */
export async function provePassword(settings: PostgresSettings, user: string, password: string): Promise<LoginAnswer> {
  for (const deadline = Date.now() + PROPAGATION_MS; ; ) {
    const answer = await tryLogin(settings, user, password);
    if (answer !== "refused" || Date.now() > deadline) return answer;
    await sleep(1000);
  }
}
