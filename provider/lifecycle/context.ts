import { randomBytes } from "node:crypto";
import { NeonClient } from "../neon/client";
import { isNeonFailure, isRefusedForNow, isUnclear } from "../neon/errors";
import { CLICKPIPES_PATIENCE_MS } from "../patience";
import type { Connections } from "../postgres/connections";
import { isUnreachable, readReplica } from "../postgres/errors";
import type { Session } from "../postgres/session";
import type { Place } from "../postgres/sql/place";
import { placeOf, type Server, samePlace } from "../postgres/sql/server";
import type { Output } from "./output";
import { noCredentials, otherDatabase } from "./refusals";
import type { Run } from "./run";
import type { Settings } from "./settings";

class LateAnswer extends Error {}

/** What a lifecycle has at hand besides its inputs: the connections of its provider, and a way to speak. */
export class Context {
  readonly run: Run;
  readonly settings: Settings;
  readonly #subject: string;

  /** `secrets`: those of the resource, beside the provider's. */
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
    this.output.say(`warning: ${this.#subject}: ${text}`);
  }

  inform(text: string): void {
    this.output.say(`${this.#subject}: ${text}`);
  }

  /** A delete leaves an object alone that is not this resource's any more. */
  leaveAsIs(object: string): void {
    this.inform(`${object} belongs to another resource by now, or has lost its mark: it was left as it is`);
  }

  /** What a preview does not find may still be made by a sibling. */
  warnOfAbsent(names: string[]): void {
    if (names.length > 0) this.warn(`not in the database (yet): ${names.join(", ")}`);
  }

  /** Once, however often it is tried: `what` should stay the same from one try to the next. */
  waitFor(what: string[], seconds: number): void {
    this.inform(`waiting up to ${seconds} s for ${what.join(", ")} to go`);
  }

  /** Refuses a server that is a replica, and any other database than the one in the state. */
  checkPlace(server: Server, state?: { target?: Place }): void {
    const { host } = this.postgres.settings;
    if (server.inRecovery) throw readReplica(host);
    const expected = state?.target;
    if (expected === undefined || this.settings.acceptMovedDatabase || samePlace(expected, server)) return;
    throw otherDatabase(expected, placeOf(server), host);
  }

  /** Refuses a connection that by its name alone cannot be to the database in the state; asks nobody. */
  checkDatabaseName({ target: expected }: { target?: Place }): void {
    const { postgres, acceptMovedDatabase } = this.settings;
    if (expected === undefined || acceptMovedDatabase || "problem" in postgres) return;
    const { database, host } = postgres;
    if (expected.database !== database) throw otherDatabase(expected, { database }, host);
  }

  /** The OID to look an object up by; in a database that was moved it may be another object's, so there the name counts. */
  oidOf(known: number | undefined): number | null {
    return typeof known === "number" && !this.settings.acceptMovedDatabase ? known : null;
  }

  /**
   * Reads in a preview: at most as long as ClickPipes waits, for the whole process, and where the database cannot be reached
   * from here, a warning instead of an error; then undefined.
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
      // An answer of the server counts in a preview too; only that there is none may be the preview's own place.
      if (!(error instanceof LateAnswer) && !isUnreachable(error)) throw error;
      this.run.unreachable.postgres = true;
      const { host, port } = postgres.settings;
      this.warn(`could not look at ${host}:${port} beforehand (${(error as Error).message}); \`pulumi up\` will check`);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The same for Neon's API, where whatever goes wrong is a warning: the key of a preview may be another one. */
  async lookAtNeon<T>(projectId: string, work: (neon: NeonClient) => Promise<T>): Promise<T | undefined> {
    if (this.run.unreachable.neon) return undefined;
    try {
      return await work(this.neon.within(this.run.neonWaits.look));
    } catch (error) {
      this.run.unreachable.neon = isNeonFailure(error) && (isUnclear(error) || isRefusedForNow(error));
      this.warn(
        `could not look at project ${projectId} beforehand (${(error as Error).message}); \`pulumi up\` will check`,
      );
      return undefined;
    }
  }
}

export function freshToken(): string {
  return randomBytes(12).toString("base64url");
}
