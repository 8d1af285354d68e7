import type { Client, DatabaseError, QueryConfig, QueryResult } from "pg";
import type { OpenConnection } from "./connection";
import { settleTransaction } from "./sql/settings";
import { type Answers, type Query, type Row, type Statement, statement } from "./sql/statement";

export type Answer = Pick<QueryResult<Row>, "rows" | "command">;

/** An error of the server, or of the network on the way to it. */
export type QueryFailure = Partial<DatabaseError> & Error & { statement?: Statement };

const BEGIN_READING = statement("begin isolation level read committed read only");
const COMMIT = statement("commit");
const READ_LOCK_SECONDS = 1;

/** One connection in use. A call sends all its statements at once, and waits once for all answers. */
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

  /** Reads in a transaction with the settings of this package, which leaves the settings of the session unchanged. */
  async ask<Q extends readonly Query<unknown>[]>(...queries: Q): Promise<Answers<Q>> {
    // A read does not wait long for a lock: it leaves locked objects out.
    const settings = settleTransaction(this.version, { ...this.#settings, lockTimeout: READ_LOCK_SECONDS });
    const [, , ...answers] = await this.send(BEGIN_READING, settings, ...queries, COMMIT);
    return readAnswers(queries, answers);
  }

  /** Each statement runs on its own, whether or not others fail. */
  attempt(statements: readonly Statement[]): Promise<PromiseSettledResult<Answer>[]> {
    // Corked, so that all of them leave in one write. Otherwise an early answer to the first one would count as a round trip.
    this.#socket.cork();
    const sent = statements.map((one) => this.client.query<Row>(extended(one)));
    this.#socket.uncork();
    return Promise.allSettled(sent);
  }

  /** Throws the first failure, with its statement, after all statements were answered. */
  async send(...statements: Statement[]): Promise<Answer[]> {
    const outcomes = await this.attempt(statements);
    const failed = outcomes.findIndex((outcome) => outcome.status === "rejected");
    if (failed >= 0) {
      const { reason } = outcomes[failed] as PromiseRejectedResult;
      throw Object.assign(reason as QueryFailure, { statement: statements[failed] });
    }
    return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<Answer>).value);
  }

  /** Closes the connection without waiting for pending answers. It is not used again. */
  abandon(): void {
    this.#socket.destroy();
  }

  get usable(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }
}

/** The extended protocol takes a single command, so text with a second one, as a filter might have, is a syntax error. */
function extended({ text, values = [] }: Statement): QueryConfig {
  return { text, values: [...values], queryMode: "extended" } as QueryConfig;
}

/** The answers of the queries, in their order. Later answers are ignored. */
export function readAnswers<Q extends readonly Query<unknown>[]>(queries: Q, answers: Answer[]): Answers<Q> {
  return queries.map((query, index) => query.read(answers[index]?.rows ?? [])) as Answers<Q>;
}
