import { randomBytes } from "node:crypto";
import { sentence } from "../errors";
import { NeonClient } from "../neon/client";
import { isNeonFailure, isRefusedForNow, isUnclear } from "../neon/errors";
import { ProgramResources } from "../ownership/program";
import { leftInPlace } from "../ownership/sentences";
import type { Asker, Whose } from "../ownership/whose";
import { CLICKPIPES_PATIENCE_MS } from "../patience";
import type { Connections } from "../postgres/connections";
import { isUnreachable, readReplica } from "../postgres/errors";
import type { Session } from "../postgres/session";
import type { Identity } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import { placeOf, type Server, samePlace } from "../postgres/sql/server";
import type { Output } from "./output";
import { noCredentials, otherDatabase } from "./refusals";
import type { Run } from "./run";
import type { Settings } from "./settings";

class LateAnswer extends Error {}

/** What a state holds about its object. Null is an OID that means nothing here, as `oidOf` returns it. */
interface KnownObject extends Partial<Identity> {
  token?: string;
  oid?: number | null;
}

/** What a lifecycle can use in addition to its inputs: the connections of its provider, warnings and notes. */
export class Context {
  readonly run: Run;
  readonly settings: Settings;
  readonly #subject: string;

  /** `secrets`: the secrets of the resource. Those of the provider come from `settings`. */
  constructor(run: Run, settings: Settings, subject: string, secrets: readonly string[]) {
    this.run = run;
    this.settings = settings;
    this.#subject = subject;
    run.output.hide([...settings.secrets, ...secrets]);
  }

  get output(): Output {
    return this.run.output;
  }

  get postgres(): Connections {
    const { postgres } = this.settings;
    if ("problem" in postgres) throw noCredentials(postgres.problem);
    return this.run.connectionsTo(postgres);
  }

  get neon(): NeonClient {
    const { neon } = this.settings;
    if ("problem" in neon) throw noCredentials(neon.problem);
    return new NeonClient({ ...neon, waits: this.run.neonWaits }, (text) => this.inform(text));
  }

  warn(text: string): void {
    this.output.say({ severity: "warning", text, subject: this.#subject });
  }

  inform(text: string): void {
    this.output.say({ severity: "info", text, subject: this.#subject });
  }

  /** A delete does not touch an object that is not this resource's. */
  leaveInPlace(object: string, found: Whose): void {
    this.warn(leftInPlace(object, found));
  }

  /** This resource, as it asks whose an object is. `oid`: that of the object in the state, if it means anything here. */
  asker(here: Asker["here"], inputs: Partial<Identity>, known?: KnownObject): Asker {
    // A state of an earlier version has no path. It must not match the markers of namesakes.
    const former = known && { mark: known.mark, path: known.path ?? inputs.path };
    const identities = [inputs, ...(former ? [former] : [])].filter(isIdentity);
    const program = this.run.memory(ProgramResources);
    const state = known && { token: known.token, oid: known.oid ?? undefined };
    return { identities, state, here, hasNamesake: identities.some((identity) => program.hasNamesake(identity)) };
  }

  /** Only warns: another resource of the program may still create what a preview does not find. */
  warnOfAbsent(names: string[]): void {
    if (names.length > 0) this.warn(`not in the database (yet): ${names.join(", ")}.`);
  }

  /** Prints one note however often it is called, provided that `what` stays the same from one try to the next. */
  waitFor(what: string[], seconds: number): void {
    this.inform(`waiting up to ${seconds} s for ${what.join(", ")} to go away.`);
  }

  /** Refuses a replica, and any database other than the one in the state. */
  refuseOtherPlace(server: Server, state?: { target?: Place }): void {
    const { host } = this.postgres.settings;
    if (server.inRecovery) throw readReplica(host);
    const expected = state?.target;
    if (expected === undefined || this.settings.acceptMovedDatabase || samePlace(expected, server)) return;
    throw otherDatabase(expected, placeOf(server), host);
  }

  /** Refuses a connection to a database whose name differs from the one in the state. Connects to nothing. */
  refuseOtherDatabaseName({ target: expected }: { target?: Place }): void {
    const { postgres, acceptMovedDatabase } = this.settings;
    if (expected === undefined || acceptMovedDatabase || "problem" in postgres) return;
    const { database, host } = postgres;
    if (expected.database !== database) throw otherDatabase(expected, { database }, host);
  }

  /**
   * The OID by which to look an object up. Null in a database that was moved: there the OID may be another object's, so the
   * name counts.
   */
  oidOf(known: number | undefined): number | null {
    return typeof known === "number" && !this.settings.acceptMovedDatabase ? known : null;
  }

  /**
   * Reads in a preview, for at most as long as ClickPipes waits. If this machine cannot reach the database, it warns instead of
   * failing, returns undefined, and does not try again in this run.
   */
  async lookAt<T>(work: (session: Session) => Promise<T>): Promise<T | undefined> {
    if (this.run.unreachable.postgres) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const tooLate = new LateAnswer(`no answer within ${CLICKPIPES_PATIENCE_MS / 1000} s`);
      timer = setTimeout(() => reject(tooLate), CLICKPIPES_PATIENCE_MS);
    });
    const { postgres } = this;
    try {
      const { connectTimeout } = postgres.settings;
      const deadline = Date.now() + Math.min(CLICKPIPES_PATIENCE_MS, connectTimeout * 1000);
      return await Promise.race([late, postgres.read(work, () => deadline)]);
    } catch (error) {
      // A server that answers with an error fails a preview too. No answer may only mean that previews run somewhere else.
      if (!(error instanceof LateAnswer) && !isUnreachable(error)) throw error;
      this.run.unreachable.postgres = true;
      const { host, port } = postgres.settings;
      this.#warnOfUnchecked(`${host}:${port}`, error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The same for Neon's API. Here every failure is only a warning, since previews may run with a different key. */
  async lookAtNeon<T>(projectId: string, work: (neon: NeonClient) => Promise<T>): Promise<T | undefined> {
    if (this.run.unreachable.neon) return undefined;
    try {
      return await work(this.neon.within(this.run.neonWaits.look));
    } catch (error) {
      this.run.unreachable.neon = isNeonFailure(error) && (isUnclear(error) || isRefusedForNow(error));
      this.#warnOfUnchecked(`project ${projectId}`, error);
      return undefined;
    }
  }

  #warnOfUnchecked(what: string, error: unknown): void {
    const { message } = error as Error;
    this.warn([`could not check ${what} in this preview.`, sentence(message), "`pulumi up` will check it."].join("\n"));
  }
}

function isIdentity(identity: Partial<Identity>): identity is Identity {
  return identity.mark !== undefined;
}

export function freshToken(): string {
  return randomBytes(12).toString("base64url");
}
