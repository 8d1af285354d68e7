import type { Socket } from "node:net";

/** One message of the Postgres protocol with its header; a startup packet, which has no type, has the type "". */
export interface PostgresMessage {
  type: string;
  raw: Buffer;
  body: Buffer;
}

const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
export const CANCEL_REQUEST = 80_877_102;

export const startupCode = (message: PostgresMessage): number => message.body.readInt32BE(0);

/** True of the requests that are answered by a single byte, after which another startup packet follows. */
export const asksForEncryption = (message: PostgresMessage): boolean =>
  message.type === "" && [SSL_REQUEST, GSS_REQUEST].includes(startupCode(message));

/** Cuts one direction of a connection into messages. */
export class MessageSplitter {
  private rest: Buffer = Buffer.alloc(0);
  private expectsStartup: boolean;

  constructor(side: "client" | "server") {
    this.expectsStartup = side === "client";
  }

  push(chunk: Buffer): PostgresMessage[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const messages: PostgresMessage[] = [];
    for (let message = this.next(); message !== undefined; message = this.next()) messages.push(message);
    return messages;
  }

  private next(): PostgresMessage | undefined {
    const header = this.expectsStartup ? 4 : 5;
    if (this.rest.length < header) return undefined;
    const length = this.rest.readInt32BE(header - 4) + header - 4;
    if (this.rest.length < length) return undefined;
    const raw = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    const type = this.expectsStartup ? "" : String.fromCharCode(raw[0] as number);
    const message = { type, raw, body: raw.subarray(header) };
    this.expectsStartup &&= asksForEncryption(message);
    return message;
  }
}

export function encodeMessage(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, "latin1");
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

const cString = (text: string): Buffer => Buffer.from(`${text}\0`, "utf8");

export const queryMessage = (sql: string): Buffer => encodeMessage("Q", cString(sql));

/** The SQL in the body of a Query message. */
export const queryText = (body: Buffer): string => body.toString("utf8", 0, body.length - 1);

export const readyForQuery = (status: "I" | "T" | "E"): Buffer => encodeMessage("Z", Buffer.from(status));

export function errorResponse(error: { severity?: "ERROR" | "FATAL"; code: string; message: string }): Buffer {
  const severity = error.severity ?? "ERROR";
  const fields = { S: severity, V: severity, C: error.code, M: error.message };
  const parts = Object.entries(fields).map(([field, value]) => Buffer.concat([Buffer.from(field), cString(value)]));
  return encodeMessage("E", Buffer.concat([...parts, Buffer.alloc(1)]));
}

/** Reads the parts of a message's body one after the other. */
export class BodyReader {
  private offset = 0;

  constructor(private readonly body: Buffer) {}

  get atEnd(): boolean {
    return this.offset >= this.body.length;
  }

  string(): string {
    const end = this.body.indexOf(0, this.offset);
    const text = this.body.toString("utf8", this.offset, end);
    this.offset = end + 1;
    return text;
  }

  character(): string {
    return String.fromCharCode(this.body[this.offset++] as number);
  }

  int16(): number {
    this.offset += 2;
    return this.body.readInt16BE(this.offset - 2);
  }

  /** A length and as many bytes; undefined for NULL. */
  value(): Buffer | undefined {
    const length = this.body.readInt32BE(this.offset);
    this.offset += 4;
    if (length < 0) return undefined;
    this.offset += length;
    return this.body.subarray(this.offset - length, this.offset);
  }
}

/** What a client says, in clear: it is told that there is no encryption. */
export async function* clientMessages(client: Socket): AsyncGenerator<PostgresMessage, undefined> {
  const splitter = new MessageSplitter("client");
  for await (const chunk of client) {
    for (const message of splitter.push(chunk)) {
      if (asksForEncryption(message)) client.write("N");
      else yield message;
    }
  }
  return undefined;
}
