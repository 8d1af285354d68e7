import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { Client } from "pg";
import { MessageSplitter, queryMessage } from "../postgres/messages";

type Status = "I" | "T" | "E";

/** The one session with the server, which one client at a time holds from the begin of a transaction to its end. */
export class PooledSession {
  /** What the server said of itself at the login. */
  readonly parameters = new Map<string, string>();
  /** How often it went from one client to another. */
  handovers = 0;
  #holder: object | undefined;
  #last: object | undefined;
  readonly #waiting: { client: object; resolve: () => void }[] = [];
  #answer: (raw: Buffer) => void = () => {};
  #ready: (status: Status) => void = () => {};
  #lost: (error: Error) => void = () => {};
  readonly #splitter = new MessageSplitter("server");

  private constructor(
    private readonly socket: Socket,
    readonly pid: number,
  ) {
    socket.on("data", (chunk) => {
      for (const { type, raw, body } of this.#splitter.push(chunk)) {
        this.#answer(raw);
        if (type === "Z") this.#ready(body.toString() as Status);
      }
    });
    socket.on("close", () => this.#lost(new Error("the server has ended the session")));
  }

  /** pg logs in, and from then on its connection is ours. */
  static async login(uri: string): Promise<PooledSession> {
    const client = new Client(uri);
    client.on("error", () => {});
    const { connection } = client as unknown as { connection: EventEmitter & { stream: Socket } };
    const parameters: [string, string][] = [];
    connection.on("parameterStatus", ({ parameterName, parameterValue }) => {
      parameters.push([parameterName, parameterValue]);
    });
    await client.connect();
    const { processID } = client as unknown as { processID: number };
    connection.stream.removeAllListeners("data");
    const session = new PooledSession(connection.stream, processID);
    for (const [name, value] of parameters) session.parameters.set(name, value);
    return session;
  }

  /** Sends messages of which the last is answered by ReadyForQuery; the client holds the session until that says idle. */
  async exchange(client: object, messages: Buffer, answer: (raw: Buffer) => void): Promise<void> {
    if (this.#holder !== client) await this.#hold(client);
    if (this.socket.destroyed) throw new Error("the server has ended the session");
    if ((await this.#roundTrip(messages, answer)) === "I") this.#release();
  }

  /** A client that goes in the middle of a transaction leaves nothing of it. */
  async leave(client: object): Promise<void> {
    if (this.#holder !== client) return;
    if (this.socket.destroyed) return this.#release();
    await this.#roundTrip(queryMessage("rollback"), () => {});
    this.#release();
  }

  end(): void {
    this.socket.destroy();
  }

  async #hold(client: object): Promise<void> {
    if (this.#holder === undefined) this.#holder = client;
    else await new Promise<void>((resolve) => this.#waiting.push({ client, resolve }));
    if (this.#last !== client) this.handovers++;
    this.#last = client;
  }

  /** In the order of asking, so that of two who always want it each has it in turn. */
  #release(): void {
    const next = this.#waiting.shift();
    this.#holder = next?.client;
    next?.resolve();
  }

  #roundTrip(messages: Buffer, answer: (raw: Buffer) => void): Promise<Status> {
    this.#answer = answer;
    return new Promise((resolve, reject) => {
      this.#ready = resolve;
      this.#lost = reject;
      this.socket.write(messages);
    });
  }
}
