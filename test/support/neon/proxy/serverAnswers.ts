import { MessageSplitter, type PostgresMessage } from "../../postgres/messages";

export type TransactionStatus = "I" | "T" | "E";
/** `skipped`: the server ignored the message, as it does after an error until the next Sync. */
export type Outcome = "done" | "error" | "skipped" | "lost";
export type Sink = (message: PostgresMessage) => void;

interface Expected {
  /** The client's message type; "" for the startup packet. */
  request: string;
  sink: Sink;
  failed: boolean;
  settle(outcome: Outcome): void;
}

/** The message types that end the answer to each request; an error ends those of the extended protocol too. */
const ENDINGS: Record<string, string> = {
  ...{ "": "Z", Q: "Z", F: "Z", S: "Z" },
  ...{ P: "1", B: "2", D: "Tn", E: "CIs", C: "3" },
};

/** Which answer of the server belongs to which request, and what state that leaves the session in. */
export class ServerAnswers {
  status: TransactionStatus = "I";
  /** The server ignores requests until the next Sync. */
  skipping = false;
  /** The server is gone; nothing will be answered any more. */
  lost = false;
  private expected: Expected[] = [];
  private readonly splitter = new MessageSplitter("server");

  constructor(private readonly toClient: Sink) {}

  /** Called as a request is sent on; its answer goes to the sink. */
  expect(request: string, sink: Sink = this.toClient): Promise<Outcome> {
    if (this.lost) return Promise.resolve("lost");
    if (this.skipping && request !== "S") return Promise.resolve("skipped");
    this.skipping = false;
    return new Promise((settle) => this.expected.push({ request, sink, failed: false, settle }));
  }

  /** Whether the session is in no transaction, and so holds no lock that another might wait for. */
  get atRest(): boolean {
    return this.status === "I" && this.expected.length === 0;
  }

  /** Resolves once every answer has come. */
  async settled(): Promise<void> {
    while (this.expected.length > 0) {
      const last = this.expected.at(-1) as Expected;
      await new Promise<void>((resolve) => {
        const { settle } = last;
        last.settle = (outcome) => {
          settle(outcome);
          resolve();
        };
      });
    }
  }

  receive(chunk: Buffer): void {
    for (const message of this.splitter.push(chunk)) this.attribute(message);
  }

  lose(): void {
    this.lost = true;
    for (const { settle } of this.expected.splice(0)) settle("lost");
  }

  private attribute(message: PostgresMessage): void {
    const head = this.expected[0];
    // Changed parameters, notifications and the end of the session belong to no request.
    const ofNobody = head === undefined || message.type === "S" || message.type === "A" || isFatal(message);
    (ofNobody ? this.toClient : head.sink)(message);
    if (ofNobody) return;
    if (message.type === "Z") this.status = String.fromCharCode(message.body[0] as number) as TransactionStatus;
    if (message.type === "E") this.fail(head);
    else if ((ENDINGS[head.request] ?? "").includes(message.type)) {
      this.expected.shift();
      head.settle(head.failed ? "error" : "done");
    }
  }

  private fail(head: Expected): void {
    head.failed = true;
    if (ENDINGS[head.request] === "Z") return;
    this.expected.shift();
    head.settle("error");
    const sync = this.expected.findIndex(({ request }) => request === "S");
    this.skipping = sync < 0;
    for (const { settle } of this.expected.splice(0, sync < 0 ? this.expected.length : sync)) settle("skipped");
  }
}

const isFatal = ({ type, body }: PostgresMessage): boolean => type === "E" && body.includes("VFATAL\0");
