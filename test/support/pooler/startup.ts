import { BodyReader, encodeMessage, type PostgresMessage } from "../postgres/messages";

const PROTOCOL = 196_608;
const cString = (text: string): Buffer => Buffer.from(`${text}\0`, "utf8");

/** The parameters of a startup packet, in its order. */
export function startupParameters({ body }: PostgresMessage): Map<string, string> {
  const reader = new BodyReader(body.subarray(4));
  const parameters = new Map<string, string>();
  for (let name = reader.string(); name !== ""; name = reader.string()) parameters.set(name, reader.string());
  return parameters;
}

export function startupPacket(parameters: Map<string, string>): Buffer {
  const pairs = [...parameters].flatMap(([name, value]) => [cString(name), cString(value)]);
  const body = Buffer.concat([...pairs, Buffer.alloc(1)]);
  const header = Buffer.alloc(8);
  header.writeInt32BE(body.length + 8, 0);
  header.writeInt32BE(PROTOCOL, 4);
  return Buffer.concat([header, body]);
}

/** What PgBouncer says of the first parameter that it does not know. */
export function unsupported(parameters: Map<string, string>, known: ReadonlySet<string>): string | undefined {
  for (const [name, value] of parameters) {
    if (known.has(name)) continue;
    if (name !== "options") return `unsupported startup parameter: ${name}`;
    const unknown = [...value.matchAll(/(?:-c\s*|--)([\w.]+)=/g)].map(([, option]) => String(option));
    const first = unknown.find((option) => !known.has(option));
    if (first !== undefined) return `unsupported startup parameter in options: ${first}`;
  }
  return undefined;
}

/** What a client is told that need not log in: that it is in, what the server says of itself, and that it is its turn. */
export function welcome(parameters: Map<string, string>): Buffer {
  const statuses = [...parameters].map(([name, value]) =>
    encodeMessage("S", Buffer.concat([cString(name), cString(value)])),
  );
  return Buffer.concat([
    encodeMessage("R", Buffer.alloc(4)),
    ...statuses,
    encodeMessage("K", Buffer.alloc(8)),
    encodeMessage("Z", Buffer.from("I")),
  ]);
}
