import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { freePort } from "../freePort";
import { asksForEncryption, BodyReader, MessageSplitter, type PostgresMessage } from "../postgres/messages";
import type { Certificate } from "./tls";

/** One connection that a client made. */
export interface Attempt {
  /** What the client said in its startup packet; empty where it never came to that. */
  startup: Record<string, string>;
  encrypted: boolean;
  /** Every byte that the client sent, decrypted, as Latin-1. */
  received: string;
}

/** The server's side of a login, from behind the startup packet on. */
export interface Login {
  attempt: Attempt;
  startup: PostgresMessage;
  send(...messages: Buffer[]): void;
  /** The client's next message; undefined where it has gone. */
  next(): Promise<PostgresMessage | undefined>;
  /** What has been decrypted, for who passes it on. */
  socket: Socket;
}

/** What the server does once a client has said who it is; the connection ends with it. */
export type Answer = (login: Login) => Promise<void>;

/** A server of our own that speaks Postgres' startup, over TLS with its certificate, and keeps all that clients tell it. */
export interface Impostor {
  host: "127.0.0.1";
  port: number;
  certificate: Certificate;
  /** What it does with each client. */
  answer: (startup: Record<string, string>) => Answer;
  /** Whether it says that it has TLS, to clients that ask. */
  offersTls: boolean;
  /** Since the start or the last `reset`, in their order. */
  attempts: Attempt[];
  /** Ends all connections, and forgets them. */
  reset(): void;
  stop(): Promise<void>;
}

export async function startImpostor(certificate: Certificate, answer: Impostor["answer"]): Promise<Impostor> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    const attempt: Attempt = { startup: {}, encrypted: false, received: "" };
    impostor.attempts.push(attempt);
    serve(impostor, socket, attempt).finally(() => socket.destroy());
  });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const impostor: Impostor = {
    ...{ host: "127.0.0.1", port, certificate, answer, offersTls: true, attempts: [] },
    reset() {
      impostor.attempts = [];
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      server.close();
      impostor.reset();
      await once(server, "close");
    },
  };
  return impostor;
}

async function serve(impostor: Impostor, raw: Socket, attempt: Attempt): Promise<void> {
  raw.on("error", () => {});
  const inClear = messagesOf(raw, attempt);
  let startup = await inClear.next();
  let messages = inClear;
  let socket = raw;
  if (startup && asksForEncryption(startup)) {
    raw.write(impostor.offersTls ? "S" : "N");
    if (impostor.offersTls) {
      inClear.stop();
      const { key, cert } = impostor.certificate;
      socket = new TLSSocket(raw, { isServer: true, key, cert });
      socket.on("error", () => raw.destroy());
      attempt.encrypted = true;
      messages = messagesOf(socket, attempt);
    }
    startup = await messages.next();
  }
  if (!startup) return;
  attempt.startup = parametersOf(startup);
  const send = (...sent: Buffer[]) => void socket.write(Buffer.concat(sent));
  await impostor.answer(attempt.startup)({ attempt, startup, send, next: messages.next, socket });
  // What is left to send goes before the end.
  await new Promise<void>((done) => socket.end(() => done()));
}

/** Messages of a client as they are asked for, all of them recorded. */
function messagesOf(socket: Socket, attempt: Attempt) {
  const splitter = new MessageSplitter("client");
  const ready: (PostgresMessage | undefined)[] = [];
  const waiting: ((message: PostgresMessage | undefined) => void)[] = [];
  const give = (message: PostgresMessage | undefined) => {
    const next = waiting.shift();
    if (next) next(message);
    else ready.push(message);
  };
  const take = (chunk: Buffer) => {
    attempt.received += chunk.toString("latin1");
    for (const message of splitter.push(chunk)) give(message);
  };
  socket.on("data", take);
  socket.on("close", () => give(undefined));
  return {
    next: () =>
      new Promise<PostgresMessage | undefined>((resolve) => {
        if (ready.length > 0) resolve(ready.shift());
        else waiting.push(resolve);
      }),
    stop: () => void socket.off("data", take),
  };
}

/** Names and values behind the protocol's version. */
function parametersOf({ body }: PostgresMessage): Record<string, string> {
  const parameters: Record<string, string> = {};
  const reader = new BodyReader(body.subarray(4));
  for (let name = reader.string(); name !== ""; name = reader.string()) parameters[name] = reader.string();
  return parameters;
}
