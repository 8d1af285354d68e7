import type { EventEmitter } from "node:events";
import { refusal } from "../errors";

export type ChannelBindingMode = "disable" | "prefer" | "require";

const MECHANISM = "SCRAM-SHA-256-PLUS";
/** The first version that has it. */
const FIRST_VERSION = 11;

/**
 * What `channel_binding=require` demands: the password, or a proof of it, goes to a server alone that proves in turn, bound
 * to this very TLS session, that it knows the password. Listens to the login that pg carries out.
 */
export class ChannelBinding {
  readonly #place: string;
  readonly #hangUp: () => void;
  #proven = false;
  /** What was asked of us that we do not give; then there is no connection any more. */
  refused: Error | undefined;

  constructor(place: string, connection: EventEmitter, hangUp: () => void) {
    this.#place = place;
    this.#hangUp = hangUp;
    const asks = (what: string) => () => this.#refuse(what);
    connection.on("authenticationCleartextPassword", asks("asks for the password in clear text"));
    connection.on(
      "authenticationMD5Password",
      asks("asks for an MD5 hash of the password: the role's password is stored so, or pg_hba.conf says md5"),
    );
    connection.on("authenticationSASL", ({ mechanisms }: { mechanisms: string[] }) => {
      if (!mechanisms.includes(MECHANISM))
        this.#refuse("offers SCRAM without channel binding, as Postgres 10 does, or a proxy that ends TLS itself");
    });
    connection.on("authenticationSASLFinal", () => {
      this.#proven = true;
    });
  }

  /** At once, since pg would answer; it keeps the password once it was asked for it. */
  #refuse(what: string): void {
    this.refused ??= this.#refusal(what);
    this.#hangUp();
  }

  /** A server that asks for nothing has proved nothing. */
  refuseUnproven(version: number): void {
    if (this.#proven) return;
    throw this.#refusal(
      version < FIRST_VERSION
        ? `lets us in without SCRAM, and is Postgres ${version}, which is too old for channel binding (${FIRST_VERSION} or later)`
        : "lets us in without SCRAM (pg_hba.conf says trust, peer or cert)",
    );
  }

  /** pg says this in words only. */
  withoutTls(): Error {
    return this.#refusal("offers no TLS");
  }

  #refusal(what: string): Error {
    return refusal(
      "noChannelBinding",
      `${this.#place} ${what}, and \`channel_binding=require\` demands ${MECHANISM}. Neither the password nor a proof of it was sent. ` +
        "Somebody may stand between you and the server: check the host. If this server is the right one, have it use " +
        "scram-sha-256 over TLS, or take `channel_binding=require` out of the connection and use `sslmode=verify-full`.",
    );
  }
}
