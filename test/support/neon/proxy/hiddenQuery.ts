import { BodyReader, encodeMessage, type PostgresMessage, queryMessage } from "../../postgres/messages";
import type { Outcome, ServerAnswers, Sink } from "./serverAnswers";

const NAME = "local_neon";
const cString = (text: string): Buffer => Buffer.from(`${text}\0`);

export interface HiddenAnswer {
  outcome: Outcome;
  rows: (string | undefined)[][];
  error?: PostgresMessage;
}

/** Runs statements in the client's session of which the client sees nothing. */
export class HiddenQuery {
  constructor(
    private readonly answers: ServerAnswers,
    private readonly send: (message: Buffer) => void,
  ) {}

  /** Outside of the extended protocol, where every query ends with ReadyForQuery. */
  async simple(sql: string): Promise<HiddenAnswer> {
    const { answer, sink } = collector();
    this.send(queryMessage(sql));
    return { outcome: await this.answers.expect("Q", sink), ...answer };
  }

  /** Between the messages of the extended protocol: no Sync, which would commit, and a portal of its own. */
  async extended(sql: string): Promise<HiddenAnswer> {
    const { answer, sink } = collector();
    const noParameters = Buffer.alloc(2);
    const steps: [string, Buffer][] = [
      ["P", Buffer.concat([cString(NAME), cString(sql), noParameters])],
      ["B", Buffer.concat([cString(NAME), cString(NAME), Buffer.alloc(6)])],
      ["E", Buffer.concat([cString(NAME), Buffer.alloc(4)])],
      ["C", Buffer.concat([Buffer.from("P"), cString(NAME)])],
      ["C", Buffer.concat([Buffer.from("S"), cString(NAME)])],
    ];
    const outcomes = steps.map(([type, body]) => {
      this.send(encodeMessage(type, body));
      return this.answers.expect(type, sink);
    });
    this.send(encodeMessage("H"));
    const failed = (await Promise.all(outcomes)).find((outcome) => outcome !== "done");
    return { outcome: failed ?? "done", ...answer };
  }
}

function collector(): { answer: Omit<HiddenAnswer, "outcome">; sink: Sink } {
  const answer: Omit<HiddenAnswer, "outcome"> = { rows: [] };
  const sink = (message: PostgresMessage): void => {
    if (message.type === "E") answer.error = message;
    if (message.type !== "D") return;
    const reader = new BodyReader(message.body);
    answer.rows.push(Array.from({ length: reader.int16() }, () => reader.value()?.toString("utf8")));
  };
  return { answer, sink };
}
