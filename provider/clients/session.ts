import type { Client, DatabaseError, QueryConfig, QueryResult } from "pg";
import { type Statement, statement } from "../sql/statement";
import type { OpenConnection } from "./connection";

export type Row = Record<string, unknown>;
export type Answer = Pick<QueryResult<Row>, "rows" | "command">;

/** What a server or the road to it answered instead of rows. */
export type QueryFailure = Partial<DatabaseError> & Error & { statement?: Statement };

/** One connection in use: `run` sends all its statements at once and waits once. */
export class Session {
  readonly client: Client;
  readonly version: number;
  readonly #socket: OpenConnection["socket"];
  /** Compiling pays for long queries alone, and Postgres guesses ours to be long where there are thousands of tables. */
  #setting: Statement[] = [statement("set jit = off")];

  constructor(connection: OpenConnection) {
    this.client = connection.client;
    this.version = connection.version;
    this.#socket = connection.socket;
  }

  /** The answers in order; the first failure is thrown, naming its statement, after all have been answered. */
  async run(...statements: Statement[]): Promise<Answer[]> {
    const setting = this.#setting.splice(0);
    return (await this.#send(...setting, ...statements)).slice(setting.length);
  }

  async #send(...statements: Statement[]): Promise<Answer[]> {
    // Corked, so that all of them leave as one write: a server that answers the first would else look like a round trip.
    this.#socket.cork();
    const sent = statements.map((one) => this.client.query<Row>(extended(one)));
    this.#socket.uncork();
    const outcomes = await Promise.allSettled(sent);
    const failed = outcomes.findIndex((outcome) => outcome.status === "rejected");
    if (failed >= 0) {
      const { reason } = outcomes[failed] as PromiseRejectedResult;
      throw Object.assign(reason as QueryFailure, { statement: statements[failed] });
    }
    return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<Answer>).value);
  }

  /** Ends it without waiting for the answers that are due; nobody is given it again. */
  abandon(): void {
    this.#socket.destroy();
  }

  get usable(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }
}

/** The extended protocol takes one command only: text that holds a second one, as a filter might, is a syntax error. */
function extended({ text, values = [] }: Statement): QueryConfig {
  return { text, values: [...values], queryMode: "extended" } as QueryConfig;
}
