import { type PostgresMessage, queryMessage, queryText } from "../../postgres/messages";
import type { Outcome } from "./serverAnswers";
import type { NeonSession } from "./session";
import type { SqlStatement } from "./sqlText";
import {
  begins,
  commits,
  controlsTransaction,
  makesWidePublication,
  mayChangeRoles,
  needsNoTransaction,
} from "./statementKind";
import { createWidePublication } from "./widePublication";

/**
 * Runs a query of the simple protocol. What the server would commit by itself is put into a transaction of our own,
 * because the control plane is asked before the commit.
 */
export async function runSimpleQuery(
  session: NeonSession,
  message: PostgresMessage,
  statements: readonly SqlStatement[],
): Promise<void> {
  const query = new SimpleQuery(session, !statements.some(needsNoTransaction));
  for (const part of partsOf(message, statements)) if (!(await query.run(part))) break;
  await query.finish();
}

/** What is sent to the server at once: all of the query where possible, or each of its statements. */
interface Part {
  type: string;
  raw: Buffer;
  text: string;
  statements: readonly SqlStatement[];
}

function partsOf({ type, raw, body }: PostgresMessage, statements: readonly SqlStatement[]): Part[] {
  const apart =
    statements.length > 1 && statements.some((one) => controlsTransaction(one) || makesWidePublication(one));
  if (!apart) return [{ type, raw, text: queryText(body), statements }];
  return statements.map((one) => ({ type, raw: queryMessage(one.text), text: one.text, statements: [one] }));
}

class SimpleQuery {
  /** A transaction that the client has not begun. */
  private ownTransaction = false;
  /** The last CommandComplete, which the client gets once its statement is committed too. */
  private held: PostgresMessage | undefined;

  constructor(
    private readonly session: NeonSession,
    private readonly needsTransaction: boolean,
  ) {}

  /** False where the rest of the query must not run. */
  async run(part: Part): Promise<boolean> {
    this.release();
    if (part.statements.some(commits) && (await this.refused())) return false;
    await this.beginFor(part);
    this.session.note({ text: part.text, mayChangeRoles: part.statements.some(mayChangeRoles) });
    const outcome = await this.send(part);
    if (outcome !== "done") await this.abandon();
    if (part.statements.some(begins) || this.session.answers.status === "I") this.ownTransaction = false;
    return outcome === "done";
  }

  async finish(): Promise<void> {
    if (this.ownTransaction && !(await this.refused())) {
      const { error } = await this.session.hidden.simple("commit");
      if (error !== undefined) this.held = error;
    }
    // The client must not take the end of the connection for the end of its query.
    if (this.session.answers.lost) return;
    this.release();
    this.session.finishQuery();
  }

  private async beginFor({ statements }: Part): Promise<void> {
    const { answers, hidden } = this.session;
    if (!this.needsTransaction || answers.status !== "I" || statements.some(controlsTransaction)) return;
    await hidden.simple("begin");
    this.ownTransaction = true;
  }

  private async send(part: Part): Promise<Outcome> {
    const { session } = this;
    const forward = (): Promise<Outcome> =>
      session.forward(part, (answer) => {
        // The client knows nothing of our transaction, and so must not hear that its BEGIN found one.
        if (answer.type === "Z" || (answer.type === "N" && this.ownTransaction && part.statements.some(begins))) return;
        this.release();
        if (answer.type === "C") this.held = answer;
        else session.toClient(answer);
      });
    const { privilege } = session.rules;
    if (!part.statements.some(makesWidePublication))
      return part.statements.some(mayChangeRoles) ? privilege.keepOff(forward) : forward();
    const { outcome, refusal } = await createWidePublication({
      privilege,
      ask: (sql) => session.hidden.simple(sql),
      run: forward,
    });
    if (refusal === undefined) return outcome;
    this.held = undefined;
    session.refuse(refusal, "42501");
    return outcome;
  }

  private async refused(): Promise<boolean> {
    const { session } = this;
    if (session.answers.status !== "T") return false;
    const refusal = await session.refusalNow((sql) => session.hidden.simple(sql));
    if (refusal === undefined) return false;
    await this.abandon();
    await session.hidden.simple("rollback");
    session.refuse(refusal);
    return true;
  }

  private async abandon(): Promise<void> {
    this.held = undefined;
    if (this.ownTransaction) await this.session.hidden.simple("rollback");
    this.ownTransaction = false;
  }

  private release(): void {
    if (this.held !== undefined) this.session.toClient(this.held);
    this.held = undefined;
  }
}
