import { randomBytes } from "node:crypto";
import { NeonClient } from "../neon/client";
import { isNeonFailure, isRefusedForNow, isUnclear } from "../neon/errors";
import { neonWaits } from "../neon/waits";
import { Connections } from "../postgres/connections";
import { isUnreachable, readReplica } from "../postgres/errors";
import type { Session } from "../postgres/session";
import type { Place } from "../postgres/sql/place";
import { placeOf, type Server, samePlace } from "../postgres/sql/server";
import { atProcessEnd } from "../processEnd";
import { Output } from "./output";
import { noCredentials, otherDatabase } from "./refusals";
import type { Settings } from "./settings";

const open = new Map<string, Connections>();
let looksFailed = false;
let neonLooksFailed = false;

const LOOK_MS = 15_000;

class LateAnswer extends Error {}

/** What a lifecycle has at hand besides its inputs: the connections of its provider, and a way to speak. */
export class Context {
  readonly settings: Settings;
  readonly output: Output;
  readonly #subject: string;

  /** `secrets`: those of the resource, beside the provider's. */
  constructor(settings: Settings, subject: string, secrets: readonly string[]) {
    this.settings = settings;
    this.output = new Output([...settings.secrets, ...secrets]);
    this.#subject = subject;
  }

  /** One set of connections serves all resources of a provider. */
  get postgres(): Connections {
    const { postgres } = this.settings;
    if ("problem" in postgres) throw noCredentials(postgres.problem);
    const key = JSON.stringify(postgres);
    let connections = open.get(key);
    if (!connections) {
      atProcessEnd(closeAll);
      connections = new Connections(postgres, new Output(this.settings.secrets).say);
      open.set(key, connections);
    }
    return connections;
  }

  get neon(): NeonClient {
    const { neon } = this.settings;
    if ("problem" in neon) throw noCredentials(neon.problem);
    return new NeonClient(neon.apiUrl, neon.apiKey, (text) => this.inform(text));
  }

  warn(text: string): void {
    this.output.say(`warning: ${this.#subject}: ${text}`);
  }

  inform(text: string): void {
    this.output.say(`${this.#subject}: ${text}`);
  }

  /** Once, however often it is tried: `what` should stay the same from one try to the next. */
  waitFor(what: string[], seconds: number): void {
    this.inform(`waiting up to ${seconds} s for ${what.join(", ")} to go`);
  }

  /** Refuses a server that is a replica, and any other database than the one in the state. */
  checkPlace(server: Server, state?: { target?: unknown }): void {
    const { host } = this.postgres.settings;
    if (server.inRecovery) throw readReplica(host);
    const expected = state?.target as Place | undefined;
    if (expected === undefined || this.settings.acceptMovedDatabase || samePlace(expected, server)) return;
    throw otherDatabase(expected, placeOf(server), host);
  }

  /** Refuses a connection that by its name alone cannot be to the database in the state; asks nobody. */
  checkDatabaseName({ target }: { target?: unknown }): void {
    const { postgres, acceptMovedDatabase } = this.settings;
    const expected = target as Place | undefined;
    if (expected === undefined || acceptMovedDatabase || "problem" in postgres) return;
    const { database, host } = postgres;
    if (expected.database !== database) throw otherDatabase(expected, { database }, host);
  }

  /** The OID to look an object up by; in a database that was moved it may be another object's, so there the name counts. */
  oidOf(known: unknown): number | null {
    return typeof known === "number" && !this.settings.acceptMovedDatabase ? known : null;
  }

  /**
   * Reads in a preview: at most 15 seconds for the whole process, and where the database cannot be reached from here,
   * a warning instead of an error; then undefined.
   */
  async lookAt<T>(work: (session: Session) => Promise<T>): Promise<T | undefined> {
    if (looksFailed) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new LateAnswer(`no answer within ${LOOK_MS / 1000} s`)), LOOK_MS);
    });
    const { postgres } = this;
    try {
      const { connectTimeout } = postgres.settings;
      const deadline = Date.now() + Math.min(LOOK_MS, connectTimeout * 1000);
      return await Promise.race([late, postgres.read(work, () => deadline)]);
    } catch (error) {
      // An answer of the server counts in a preview too; only that there is none may be the preview's own place.
      if (!(error instanceof LateAnswer) && !isUnreachable(error)) throw error;
      looksFailed = true;
      const { host, port } = postgres.settings;
      this.warn(`could not look at ${host}:${port} beforehand (${(error as Error).message}); \`pulumi up\` will check`);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The same for Neon's API, where whatever goes wrong is a warning: the key of a preview may be another one. */
  async lookAtNeon<T>(projectId: string, work: (neon: NeonClient) => Promise<T>): Promise<T | undefined> {
    if (neonLooksFailed) return undefined;
    try {
      return await work(this.neon.within(neonWaits.look));
    } catch (error) {
      neonLooksFailed = isNeonFailure(error) && (isUnclear(error) || isRefusedForNow(error));
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

function closeAll(): Promise<unknown> {
  return Promise.all([...open.values()].map((connections) => connections.close()));
}
