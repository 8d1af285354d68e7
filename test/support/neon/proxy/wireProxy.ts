import type { Socket } from "node:net";
import {
  BodyReader,
  CANCEL_REQUEST,
  clientMessages,
  errorResponse,
  type PostgresMessage,
  startupCode,
} from "../../postgres/messages";
import type { Project } from "../api/project";
import type { Compute } from "../compute";
import { allows } from "../ipAllow";
import { type Dial, type LoopbackListener, listenOnLoopback } from "./loopbackListener";
import type { PublicationPrivilege } from "./publicationPrivilege";
import { passwordRefusal } from "./roleHook";
import { NeonSession, type SessionRules } from "./session";

export interface WireProxyOptions {
  project: Project;
  compute: Compute;
  privilege: PublicationPrivilege;
}

/** Neon's proxy: it decides who may connect, wakes the compute, and plays what vanilla Postgres does not do. */
export function startWireProxy({ project, compute, privilege }: WireProxyOptions): Promise<LoopbackListener> {
  const rules: SessionRules = {
    privilege,
    refusal: (changed, candidates) => passwordRefusal(compute.server, changed, candidates),
  };
  return listenOnLoopback(async (client, dial) => {
    const messages = clientMessages(client);
    const { value: startup } = await messages.next();
    if (startup === undefined) return;
    const problem = connectProblem(project, client.remoteAddress ?? "");
    if (problem !== undefined) {
      client.end(errorResponse({ code: "XX000", message: problem }));
      return;
    }
    await compute.wake();
    await privilege.returned();
    await privilege.takeBack();
    const server = dial(compute.server);
    if (startupCode(startup) === CANCEL_REQUEST || isReplication(startup))
      await passOn(client, server, startup, messages);
    else await new NeonSession(client, server, rules).run(startup, messages);
  });
}

/** A way past the proxy's rules, which only wakes the compute. */
export const startSideDoor = (compute: Compute): Promise<LoopbackListener> =>
  listenOnLoopback(async (client, dial: Dial) => {
    client.pause();
    await compute.wake();
    const server = dial(compute.server);
    client.pipe(server);
    server.pipe(client);
  });

function connectProblem({ settings, restrictsAddresses }: Project, address: string): string | undefined {
  if (settings.block_public_connections) {
    return "This connection is trying to access this endpoint from a blocked network.";
  }
  if (!restrictsAddresses || allows(settings.allowed_ips.ips ?? [], address)) return undefined;
  return (
    `This IP address ${address} is not allowed to connect to this endpoint. Please add it to the allowed list in the ` +
    "Neon console. Make sure to check for IPv4 or IPv6 addresses."
  );
}

/** Replication connections speak a language of their own, of which Neon changes nothing. */
function isReplication({ body }: PostgresMessage): boolean {
  const reader = new BodyReader(body.subarray(4));
  for (let name = reader.string(); name !== ""; name = reader.string()) {
    const value = reader.string();
    if (name === "replication") return !/^(false|off|no|0)$/i.test(value);
  }
  return false;
}

async function passOn(
  client: Socket,
  server: Socket,
  startup: PostgresMessage,
  messages: AsyncIterable<PostgresMessage>,
): Promise<void> {
  server.pipe(client);
  server.write(startup.raw);
  for await (const { raw } of messages) server.write(raw);
  server.end();
}
