import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { CANCEL_REQUEST, clientMessages, errorResponse, type PostgresMessage, startupCode } from "../postgres/messages";
import { PooledSession } from "./session";
import { startupPacket, startupParameters, unsupported, welcome } from "./startup";

/** What becomes of the settings in a client's startup packet. */
export type Startup = "drops" | "refuses" | "refuses all";

export interface Pooler {
  /** The server's uri, on the pooler's port. */
  uri: string;
  port: number;
  /** The one session that all clients share who connect as its user. */
  session: PooledSession;
  /** How many startup packets it was sent. */
  readonly logins: number;
  stop(): Promise<void>;
}

const ALWAYS = ["user", "database"];
const KNOWN = [...ALWAYS, "client_encoding", "application_name", "replication"];

/** A connection pooler in transaction mode: it lets its own user in unasked, and everybody else log in at the server. */
export async function startPooler(uri: string, startup: Startup): Promise<Pooler> {
  const session = await PooledSession.login(uri);
  const { hostname, port, username } = new URL(uri);
  const known = new Set(startup === "refuses all" ? ALWAYS : KNOWN);
  const open = new Set<Socket>();
  let logins = 0;

  const accept = async (client: Socket): Promise<void> => {
    const messages = clientMessages(client);
    const { value: first } = await messages.next();
    if (first === undefined || startupCode(first) === CANCEL_REQUEST) return;
    logins++;
    const parameters = startupParameters(first);
    const problem = startup === "drops" ? undefined : unsupported(parameters, known);
    if (problem !== undefined) {
      client.end(errorResponse({ severity: "FATAL", code: "08P01", message: problem }));
      return;
    }
    for (const name of parameters.keys()) if (!known.has(name)) parameters.delete(name);
    if (parameters.get("user") === decodeURIComponent(username)) await share(session, client, messages);
    else await passOn(connect({ host: hostname, port: Number(port) }), parameters, client, messages);
  };

  const server = createServer((client) => {
    open.add(client);
    client.setNoDelay(true);
    client.on("error", () => {});
    client.on("close", () => open.delete(client));
    accept(client).then(
      () => client.end(),
      () => client.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const own = (server.address() as AddressInfo).port;
  return {
    uri: Object.assign(new URL(uri), { port: String(own) }).toString(),
    port: own,
    session,
    get logins() {
      return logins;
    },
    async stop() {
      for (const client of open) client.destroy();
      session.end();
      server.close();
      await once(server, "close");
    },
  };
}

/** Each request that is answered by ReadyForQuery is a transaction's part, or a transaction of its own. */
async function share(session: PooledSession, client: Socket, messages: AsyncIterable<PostgresMessage>): Promise<void> {
  client.write(welcome(session.parameters));
  let request: Buffer[] = [];
  try {
    for await (const { type, raw } of messages) {
      if (type === "X") break;
      request.push(raw);
      if (!"QSF".includes(type)) continue;
      await session.exchange(client, Buffer.concat(request), (answer) => client.write(answer));
      request = [];
    }
  } finally {
    await session.leave(client);
  }
}

async function passOn(
  server: Socket,
  parameters: Map<string, string>,
  client: Socket,
  messages: AsyncIterable<PostgresMessage>,
): Promise<void> {
  server.on("error", () => client.destroy());
  server.pipe(client);
  server.write(startupPacket(parameters));
  for await (const { raw } of messages) server.write(raw);
  server.end();
}
