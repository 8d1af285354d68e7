import type { PostgresMessage } from "../../postgres/messages";
import { PreparedStatements } from "./preparedStatements";
import type { NeonSession } from "./session";
import {
  begins,
  commits,
  makesWidePublication,
  mayChangeRoles,
  needsNoTransaction,
  noteworthyStatements,
} from "./statementKind";
import { createWidePublication } from "./widePublication";

/** A session's messages of the extended protocol, from Parse to Sync. */
export class ExtendedQuery {
  /** After a refusal of our own, as after any error, the rest up to Sync is ignored. */
  discarding = false;
  private readonly prepared = new PreparedStatements();
  /** A statement since the last Sync began a transaction. */
  private begun = false;

  constructor(private readonly session: NeonSession) {}

  async accept(message: PostgresMessage): Promise<void> {
    if (message.type === "S") return this.sync(message);
    if (this.discarding) return;
    if (message.type === "E") return this.execute(message);
    if (message.type === "P") this.session.note({ text: this.prepared.parse(message) });
    if (message.type === "B") this.session.note({ values: this.prepared.bind(message) });
    this.session.forward(message);
  }

  private async execute(message: PostgresMessage): Promise<void> {
    const [statement] = noteworthyStatements(this.prepared.execute(message));
    if (statement !== undefined) {
      if (begins(statement)) this.begun = true;
      if (mayChangeRoles(statement)) this.session.note({ mayChangeRoles: true });
      if ((commits(statement) || needsNoTransaction(statement)) && (await this.refused())) return;
      if (makesWidePublication(statement)) return this.createPublication(message);
      if (mayChangeRoles(statement)) return this.changeRoles(message);
    }
    this.session.forward(message);
  }

  private async changeRoles(message: PostgresMessage): Promise<void> {
    const { session } = this;
    let sent = () => {};
    const isSent = new Promise<void>((resolve) => {
      sent = resolve;
    });
    void session.rules.privilege.keepOff(() => {
      const answered = session.forward(message);
      sent();
      return answered;
    });
    await isSent;
  }

  private async sync(message: PostgresMessage): Promise<void> {
    const { session } = this;
    // Sync ends what no BEGIN has begun.
    if (!this.discarding && !this.begun && session.trace.mayHaveChangedRoles) {
      await this.settled();
      if (session.answers.status === "I") await this.refused();
    }
    this.discarding = false;
    this.begun = false;
    session.forward(message);
  }

  /** Refuses the transaction that is about to commit if the control plane would. */
  private async refused(): Promise<boolean> {
    const { session } = this;
    if (!session.trace.mayHaveChangedRoles) return false;
    await this.settled();
    const refusal = this.canAsk ? await session.refusalNow((sql) => session.hidden.extended(sql)) : undefined;
    if (refusal === undefined) return false;
    await session.hidden.simple("rollback");
    session.refuse(refusal);
    this.discarding = true;
    return true;
  }

  private async createPublication(message: PostgresMessage): Promise<void> {
    const { session } = this;
    await this.settled();
    if (!this.canAsk) return void session.forward(message);
    const held: PostgresMessage[] = [];
    const { refusal } = await createWidePublication({
      privilege: session.rules.privilege,
      ask: (sql) => session.hidden.extended(sql),
      run: () => {
        const answered = session.forward(message, (answer) => void held.push(answer));
        session.flush();
        return answered;
      },
    });
    if (refusal === undefined) held.forEach(session.toClient);
    else session.refuse(refusal, "42501");
  }

  private get canAsk(): boolean {
    const { status, skipping } = this.session.answers;
    return status !== "E" && !skipping;
  }

  private async settled(): Promise<void> {
    this.session.flush();
    await this.session.answers.settled();
  }
}
