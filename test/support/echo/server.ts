import { connect } from "node:net";
import type { Answer } from "../impostor/server";
import { BodyReader, encodeMessage, MessageSplitter, type PostgresMessage } from "../postgres/messages";

/** All that a server says of an error. */
export interface EchoedError {
  severity?: "ERROR" | "FATAL";
  code: string;
  message: string;
  detail?: string;
  hint?: string;
  where?: string;
}

/** Turns a client away with it. */
export const refusesWith =
  (error: EchoedError): Answer =>
  async ({ send }) =>
    send(encoded({ severity: "FATAL", ...error }));

/** Passes all on, but for statements that are to fail: those the real server fails, and the client hears this of it. */
export function failing(
  server: { host: string; port: number },
  errorOf: (sql: string) => EchoedError | undefined,
): Answer {
  return async ({ startup, next, socket }) => {
    const upstream = connect(server);
    upstream.on("error", () => socket.destroy());
    upstream.on("close", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    const due: EchoedError[] = [];
    const messages = new MessageSplitter("server");
    upstream.on("data", (chunk) => {
      for (const { type, raw } of messages.push(chunk)) {
        const error = type === "E" ? due.shift() : undefined;
        socket.write(error ? encoded(error) : raw);
      }
    });
    upstream.write(startup.raw);
    for (let message = await next(); message; message = await next()) {
      const error = message.type === "P" ? errorOf(sqlOf(message)) : undefined;
      if (error) due.push(error);
      upstream.write(error ? NONSENSE : message.raw);
    }
  };
}

/** A Parse that fails and says so before anything else does. */
const NONSENSE = encodeMessage("P", Buffer.from("\0!\0\0\0"));

function sqlOf({ body }: PostgresMessage): string {
  const reader = new BodyReader(body);
  reader.string();
  return reader.string();
}

function encoded({ severity = "ERROR", code, message, detail, hint, where }: EchoedError): Buffer {
  const fields = { S: severity, V: severity, C: code, M: message, D: detail, H: hint, W: where };
  const parts = Object.entries(fields).map(([field, value]) => (value === undefined ? "" : `${field}${value}\0`));
  return encodeMessage("E", Buffer.from(`${parts.join("")}\0`));
}
