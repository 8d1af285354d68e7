import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { asksForEncryption, MessageSplitter, type PostgresMessage } from "../postgres/messages";

export interface WireCounters {
  /** How often the client sent something and then had to wait for what the server made of it. */
  roundTrips: number;
  /** Messages of the client, the startup packet included. */
  messages: number;
  bytesToServer: number;
  bytesToClient: number;
}

/**
 * Where a connection breaks: the server never sees the message; the server carries it out and the client never hears;
 * or the client has its answer first.
 */
export type CutPoint = "before server" | "before answer" | "after answer";

export interface WireRules {
  delayMs(): number;
  /** Called with every message of the client; a cut point breaks the connection at that message. */
  onMessage(message: PostgresMessage): CutPoint | undefined;
  onCut(): void;
  onClose(): void;
}

/** The messages whose answer ends with ReadyForQuery: startup, Query, Sync, FunctionCall. */
const ANSWERED_BY_READY = new Set(["", "Q", "S", "F"]);

const noCounters = (): WireCounters => ({ roundTrips: 0, messages: 0, bytesToServer: 0, bytesToClient: 0 });

/** One client of a wire and its connection to the server. */
export class WireConnection {
  counters = noCounters();
  private waiting = false;
  private cutPoint: CutPoint | undefined;
  private readonly fromClient = new MessageSplitter("client");
  private readonly fromServer = new MessageSplitter("server");
  /** Answers that end with ReadyForQuery and are still to come. */
  private outstanding = 0;
  private encryptionAnswers = 0;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly rules: WireRules,
  ) {
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", () => this.cut());
      socket.on("close", () => rules.onClose());
    }
    const toServer = this.forward(
      client,
      (chunk) => this.acceptFromClient(chunk),
      (chunk) => this.sendToServer(chunk),
    );
    const toClient = this.forward(
      server,
      (chunk) => this.acceptFromServer(chunk),
      (chunk) => this.sendToClient(chunk),
    );
    void toServer.then(() => server.end());
    void toClient.then(() => client.end());
  }

  reset(): void {
    this.counters = noCounters();
  }

  cut(): void {
    this.client.resetAndDestroy();
    this.server.destroy();
  }

  /** What `accept` returns is sent on in the order of arrival when the delay is over. */
  private forward(from: Socket, accept: (chunk: Buffer) => Buffer, send: (chunk: Buffer) => void): Promise<void> {
    let queue = Promise.resolve();
    const later = (step: () => void): void => {
      const due = Date.now() + this.rules.delayMs();
      queue = queue.then(async () => {
        if (due > Date.now()) await sleep(due - Date.now());
        step();
      });
    };
    from.on("data", (chunk) => {
      const accepted = accept(chunk);
      if (accepted.length > 0) later(() => send(accepted));
    });
    return new Promise((resolve) => from.on("end", () => later(resolve)));
  }

  private acceptFromClient(chunk: Buffer): Buffer {
    const passing: Buffer[] = [];
    for (const message of this.fromClient.push(chunk)) {
      if (this.cutPoint !== undefined) break;
      this.counters.messages++;
      this.cutPoint = this.rules.onMessage(message);
      if (this.cutPoint === "before server") {
        this.breakOff();
        break;
      }
      if (asksForEncryption(message)) this.encryptionAnswers++;
      else if (ANSWERED_BY_READY.has(message.type)) this.outstanding++;
      passing.push(message.raw);
    }
    return Buffer.concat(passing);
  }

  private sendToServer(chunk: Buffer): void {
    this.waiting = true;
    this.counters.bytesToServer += chunk.length;
    this.server.write(chunk);
    this.cutWhenAnswered();
  }

  private acceptFromServer(chunk: Buffer): Buffer {
    let rest = chunk;
    // The answer to an encryption request is one byte and no message.
    for (; this.encryptionAnswers > 0 && rest.length > 0; this.encryptionAnswers--) rest = rest.subarray(1);
    for (const message of this.fromServer.push(rest)) if (message.type === "Z") this.outstanding--;
    if (this.cutPoint !== "before answer") return chunk;
    this.cutWhenAnswered();
    return Buffer.alloc(0);
  }

  // Counted here and not on arrival: what the client sends before it is answered belongs to the same round trip.
  private sendToClient(chunk: Buffer): void {
    if (this.waiting) this.counters.roundTrips++;
    this.waiting = false;
    this.counters.bytesToClient += chunk.length;
    this.client.write(chunk, () => this.cutWhenAnswered());
  }

  private cutWhenAnswered(): void {
    if (this.cutPoint !== undefined && this.outstanding <= 0) this.breakOff();
  }

  private breakOff(): void {
    if (!this.server.destroyed) this.rules.onCut();
    this.cut();
  }
}
