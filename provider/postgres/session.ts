import type { Client, DatabaseError, QueryConfig, QueryResult } from "pg";
import type { OpenConnection } from "./connection";
import { settleTransaction } from "./sql/settings";
import { type Answers, type Query, type Row, type Statement, statement } from "./sql/statement";

export type Answer = Pick<QueryResult<Row>, "rows" | "command">;

/** What a server or the road to it answered instead of rows. */
export type QueryFailure = Partial<DatabaseError> & Error & { statement?: Statement };

const BEGIN_READING = statement("begin isolation level read committed read only");
const COMMIT = statement("commit");
const READ_LOCK_SECONDS = 1;

/** One connection in use. All statements of a call leave at once, and are waited for once. */
export class Session {
  readonly client: Client;
  readonly version: number;
  readonly #socket: OpenConnection["socket"];
  readonly #settings: OpenConnection["settings"];

  constructor(connection: OpenConnection) {
    this.client = connection.client;
    this.version = connection.version;
    this.#socket = connection.socket;
    this.#settings = connection.settings;
  }

  /** Reads, under settings of ours and in a transaction of its own: nobody's settings are changed by it. */
  async ask<Q extends readonly Query<unknown>[]>(...queries: Q): Promise<Answers<Q>> {
    // Nothing that we read waits for a lock for long: what somebody has locked is left out.
    const settings = settleTransaction(this.version, { ...this.#settings, lockTimeout: READ_LOCK_SECONDS });
    const [, , ...answers] = await this.send(BEGIN_READING, settings, ...queries, COMMIT);
    return readAnswers(queries, answers);
  }

  /** The first failure is thrown, naming its statement, after all have been answered. */
  async send(...statements: Statement[]): Promise<Answer[]> {
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

/** Each query's own, in its place; what was answered after them is not looked at. */
export function readAnswers<Q extends readonly Query<unknown>[]>(queries: Q, answers: Answer[]): Answers<Q> {
  return queries.map((query, index) => query.read(answers[index]?.rows ?? [])) as Answers<Q>;
}
