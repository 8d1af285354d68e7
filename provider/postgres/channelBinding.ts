import type { EventEmitter } from "node:events";
import { refusal } from "../errors";

export type ChannelBindingMode = "disable" | "prefer" | "require";

const MECHANISM = "SCRAM-SHA-256-PLUS";
/** The first version of Postgres that has it. */
const FIRST_VERSION = 11;

/**
 * Enforces `channel_binding=require`: the password, or a proof of it, is sent only to a server that proves in turn, bound to this
 * TLS session, that it knows the password. It listens to the login that pg carries out.
 */
export class ChannelBinding {
  readonly #place: string;
  readonly #hangUp: () => void;
  #proven = false;
  /** Why the connection was closed: the server asked for less than `require` allows. */
  refused: Error | undefined;

  constructor(place: string, connection: EventEmitter, hangUp: () => void) {
    this.#place = place;
    this.#hangUp = hangUp;
    const asks = (what: string) => () => this.#hangUpOn(what);
    connection.on("authenticationCleartextPassword", asks("asks for the password in clear text"));
    connection.on(
      "authenticationMD5Password",
      asks(
        "asks for an MD5 hash of the password, because the role's password is stored as one or pg_hba.conf says md5",
      ),
    );
    connection.on("authenticationSASL", ({ mechanisms }: { mechanisms: string[] }) => {
      if (!mechanisms.includes(MECHANISM))
        this.#hangUpOn("offers SCRAM without channel binding, as Postgres 10 and proxies that terminate TLS do");
    });
    connection.on("authenticationSASLFinal", () => {
      this.#proven = true;
    });
  }

  /** Hangs up at once, since pg would answer. Once asked for the password, pg keeps it. */
  #hangUpOn(what: string): void {
    this.refused ??= this.#refusal(what);
    this.#hangUp();
  }

  /** Refuses a server that asked for nothing: it has proved nothing. */
  refuseUnproven(version: number): void {
    if (this.#proven) return;
    throw this.#refusal(
      version < FIRST_VERSION
        ? `accepts the login without SCRAM, and its Postgres ${version} is too old for channel binding (${FIRST_VERSION} or later)`
        : "accepts the login without SCRAM (pg_hba.conf says trust, peer or cert)",
    );
  }

  /** For an error of pg that has no code. */
  withoutTls(): Error {
    return this.#refusal("offers no TLS");
  }

  #refusal(what: string): Error {
    return refusal(
      "noChannelBinding",
      `${this.#place} ${what}.`,
      `\`channel_binding=require\` demands ${MECHANISM}. The password was not sent, not even as a hash.`,
      "Check the host: someone may be intercepting the connection.",
      "If the server is the right one, set it up for scram-sha-256 over TLS, or remove `channel_binding=require` from the connection " +
        "and set `sslmode=verify-full`.",
    );
  }
}
