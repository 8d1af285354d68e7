import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectFailure } from "./connection";
import { address, type PostgresSettings } from "./connectionSettings";
import type { Connector } from "./connector";
import { SQLSTATE } from "./sqlstate";

/** `unclear`: the server turned the login away, and may not have looked at the password before. */
export type LoginAnswer = "accepted" | "refused" | "unclear";

/** A full server says the same before it asks for a password as a role's full connection limit after it. */
const UNCLEAR: readonly (string | undefined)[] = [SQLSTATE.invalidAuthorization, SQLSTATE.tooManyConnections];

/**
 * Logs in over a connection of its own: the only proof of a password that says nothing else about it. One login at a time
 * for each server: beside the connections of the providers there is only one more, however many roles they have.
 */
export function tryLogin(
  connector: Connector,
  settings: PostgresSettings,
  user: string,
  password: string,
): Promise<LoginAnswer> {
  return connector.inTurn(address(settings), () => logIn(connector, settings, user, password));
}

async function logIn(
  connector: Connector,
  settings: PostgresSettings,
  user: string,
  password: string,
): Promise<LoginAnswer> {
  const deadline = Date.now() + settings.connectTimeout * 1000;
  try {
    const opened = await connector.connect({ ...settings, user, password }, deadline, { reader: true });
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
export async function provePassword(login: () => Promise<LoginAnswer>): Promise<LoginAnswer> {
  for (const deadline = Date.now() + PROPAGATION_MS; ; ) {
    const answer = await login();
    if (answer !== "refused" || Date.now() > deadline) return answer;
    await sleep(1000);
  }
}
