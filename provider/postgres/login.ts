import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectFailure } from "./connection";
import { address, type PostgresSettings } from "./connectionSettings";
import type { Connector } from "./connector";
import { SQLSTATE } from "./sqlstate";

/** `unclear`: the server rejected the login, perhaps before it checked the password. */
export type LoginAnswer = "accepted" | "refused" | "unclear";

/** A full server answers the same before it asks for a password as a role at its connection limit answers after that. */
const UNCLEAR: readonly (string | undefined)[] = [SQLSTATE.invalidAuthorization, SQLSTATE.tooManyConnections];

/**
 * Logs in over a separate connection, which proves a password and reveals nothing else about it. Runs one login at a time for each
 * server, so that there is only one connection more than those of the providers, however many roles they have.
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
    // The server checks the right to connect to the database after the password.
    if (code === SQLSTATE.insufficientPrivilege) return "accepted";
    if (UNCLEAR.includes(code)) return "unclear";
    throw Object.assign(error as ConnectFailure, { user });
  }
}

const PROPAGATION_MS = 10_000;

/** For use after a change. Neon's proxy keeps the old secret for a moment, so only a lasting refusal counts. */
export async function provePassword(login: () => Promise<LoginAnswer>): Promise<LoginAnswer> {
  for (const deadline = Date.now() + PROPAGATION_MS; ; ) {
    const answer = await login();
    if (answer !== "refused" || Date.now() > deadline) return answer;
    await sleep(1000);
  }
}
