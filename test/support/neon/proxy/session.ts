import type { Socket } from "node:net";
import { encodeMessage, errorResponse, type PostgresMessage, queryText, readyForQuery } from "../../postgres/messages";
import { ExtendedQuery } from "./extendedQuery";
import { type HiddenAnswer, HiddenQuery } from "./hiddenQuery";
import type { PublicationPrivilege } from "./publicationPrivilege";
import { CHANGED_PASSWORDS, type ChangedPassword } from "./roleHook";
import { type Outcome, ServerAnswers, type Sink } from "./serverAnswers";
import { runSimpleQuery } from "./simpleQuery";
import { commits, makesWidePublication, mayChangeRoles, noteworthyStatements } from "./statementKind";
import { type Note, TransactionTrace } from "./transactionTrace";

/** What a session needs of the Neon it belongs to. */
export interface SessionRules {
  privilege: PublicationPrivilege;
  /** Why the control plane refuses these passwords, if it does. */
  refusal(changed: readonly ChangedPassword[], candidates: ReadonlySet<string>): Promise<string | undefined>;
}

/**
 * One client's session, message by message and in order. Most messages go on at once, so that pipelines stay pipelines;
 * those of which Neon makes more than vanilla Postgres wait until all before them are answered.
 */
export class NeonSession {
  readonly answers: ServerAnswers;
  readonly hidden: HiddenQuery;
  readonly trace = new TransactionTrace();
  private readonly extended = new ExtendedQuery(this);
  private sequence = 0;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    readonly rules: SessionRules,
  ) {
    this.answers = new ServerAnswers(this.toClient);
    this.hidden = new HiddenQuery(this.answers, (message) => this.send(message));
    server.on("data", (chunk) => this.answers.receive(chunk));
    server.on("close", () => this.answers.lose());
  }

  /** Ends when the client does. */
  async run(startup: PostgresMessage, messages: AsyncIterable<PostgresMessage>): Promise<void> {
    this.forward(startup);
    for await (const message of messages) {
      const { atRest } = this.answers;
      if (atRest) await this.rules.privilege.returned();
      await this.accept(message);
      if (atRest) this.rules.privilege.waitFor(this.answers.settled());
    }
    this.server.end();
  }

  private async accept(message: PostgresMessage): Promise<void> {
    this.sequence++;
    if ("PBDECS".includes(message.type)) return this.extended.accept(message);
    if (this.extended.discarding) return;
    if (message.type === "Q") return this.acceptQuery(message);
    if (message.type === "F") this.forward(message);
    else this.send(message.raw);
  }

  private async acceptQuery(message: PostgresMessage): Promise<void> {
    const text = queryText(message.body);
    const statements = noteworthyStatements(text);
    const special =
      statements.some((one) => mayChangeRoles(one) || makesWidePublication(one)) ||
      (this.trace.mayHaveChangedRoles && statements.some(commits));
    if (special) await this.answers.settled();
    if (special) return runSimpleQuery(this, message, statements);
    this.note({ text });
    this.forward(message);
  }

  // Either side may be gone while the other is still being answered.
  private send(message: Buffer): void {
    if (this.server.writable) this.server.write(message);
  }

  private answer(message: Buffer): void {
    if (this.client.writable) this.client.write(message);
  }

  readonly toClient: Sink = ({ raw }) => this.answer(raw);

  refuse(message: string, code = "XX000"): void {
    this.answer(errorResponse({ code, message }));
  }

  /** Tells the client that a query which went on in parts has ended. */
  finishQuery(): void {
    const { status } = this.answers;
    if (status === "I") this.trace.endedWith(this.sequence);
    this.answer(readyForQuery(status));
  }

  /** Sends a message on; the promise is that of its answer. */
  forward({ type, raw }: { type: string; raw: Buffer }, sink: Sink = this.toClient): Promise<Outcome> {
    this.send(raw);
    const sequence = this.sequence;
    const answered = this.answers.expect(type, sink);
    if (type !== "Q" && type !== "S") return answered;
    return answered.then((outcome) => {
      if (this.answers.status === "I") this.trace.endedWith(sequence);
      return outcome;
    });
  }

  /** Without it the server may keep its answers to the extended protocol until Sync. */
  flush(): void {
    this.send(encodeMessage("H"));
  }

  /** Remembers what may matter when the transaction commits. */
  note(sent: Note): void {
    this.trace.record(this.sequence, sent);
  }

  /** Why the control plane would refuse what the open transaction did to roles. */
  async refusalNow(ask: (sql: string) => Promise<HiddenAnswer>): Promise<string | undefined> {
    if (!this.trace.mayHaveChangedRoles) return undefined;
    const { rows } = await ask(CHANGED_PASSWORDS);
    const changed = rows.map(([id = "", name = "", verifier = ""]) => ({ id, name, verifier }));
    return changed.length === 0 ? undefined : this.rules.refusal(changed, this.trace.candidates());
  }
}
