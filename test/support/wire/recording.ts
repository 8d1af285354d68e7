import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { freePort } from "../freePort";
import type { PostgresMessage } from "../postgres/messages";
import { type CutPoint, WireConnection, type WireCounters } from "./connection";

export interface Wire {
  host: "127.0.0.1";
  port: number;
  /** The same uri, on the wire's host and port. */
  uri(upstreamUri: string): string;
  /** Everything since the start or the last `reset`. */
  readonly total: WireCounters & { connections: number };
  /** Counters of each connection that was open since then, in the order of connecting. */
  readonly connections: readonly WireCounters[];
  readonly openConnections: number;
  /** Added to each direction, so that a round trip takes twice as long. */
  delayMs: number;
  reset(): void;
  /** Ends every open connection without a word, as a network that breaks. */
  cutAll(): void;
  /** New connections are refused until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Cuts the connection that sends the n-th message from now on (a startup packet counts as one). */
  cutAfterMessages(count: number, point?: CutPoint): void;
  /** Sees every message of the clients; a point that it names breaks the connection there. */
  onMessage: ((message: PostgresMessage) => CutPoint | undefined) | undefined;
  /** Called just before a connection breaks at such a point. */
  onCut: (() => void) | undefined;
  stop(): Promise<void>;
}

/** A proxy in front of a Postgres server which counts what passes and can slow or break it. */
export async function startWire(target: { host: string; port: number }): Promise<Wire> {
  const open = new Set<WireConnection>();
  let counted: WireConnection[] = [];
  let connectionCount = 0;
  let cut: { remaining: number; point: CutPoint } | undefined;

  const onMessage = (message: PostgresMessage): CutPoint | undefined => {
    const named = wire.onMessage?.(message);
    if (named !== undefined) return named;
    if (cut === undefined || --cut.remaining > 0) return undefined;
    const { point } = cut;
    cut = undefined;
    return point;
  };

  const server = createServer({ allowHalfOpen: true }, (client: Socket) => {
    const rules = {
      delayMs: () => wire.delayMs,
      onMessage,
      onCut: () => wire.onCut?.(),
      onClose: () => open.delete(connection),
    };
    const connection = new WireConnection(client, connect({ ...target, ...sourceAddress(client) }), rules);
    open.add(connection);
    counted.push(connection);
    connectionCount++;
  });

  const listen = async (port: number): Promise<void> => {
    server.listen(port, wire.host);
    await once(server, "listening");
  };

  const wire: Wire = {
    host: "127.0.0.1",
    port: await freePort(),
    delayMs: 0,
    onMessage: undefined,
    onCut: undefined,
    uri(upstreamUri) {
      const uri = new URL(upstreamUri);
      uri.host = `${wire.host}:${wire.port}`;
      return uri.toString();
    },
    get total() {
      const sum = { connections: connectionCount, roundTrips: 0, messages: 0, bytesToServer: 0, bytesToClient: 0 };
      for (const { counters } of counted) {
        sum.roundTrips += counters.roundTrips;
        sum.messages += counters.messages;
        sum.bytesToServer += counters.bytesToServer;
        sum.bytesToClient += counters.bytesToClient;
      }
      return sum;
    },
    get connections() {
      return counted.map(({ counters }) => counters);
    },
    get openConnections() {
      return open.size;
    },
    reset() {
      counted = [...open];
      connectionCount = 0;
      for (const connection of open) connection.reset();
    },
    cutAll() {
      for (const connection of [...open]) connection.cut();
    },
    async refuse() {
      // Closing the listener leaves the open connections alone; its "close" event would wait for them.
      server.close();
    },
    accept: () => listen(wire.port),
    cutAfterMessages(count, point = "before answer") {
      cut = { remaining: count, point };
    },
    async stop() {
      wire.cutAll();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
  await listen(wire.port);
  return wire;
}

// The client's own loopback address goes on, so that a proxy behind this one can tell clients apart.
function sourceAddress(client: Socket): { localAddress?: string } {
  return client.remoteAddress?.startsWith("127.") ? { localAddress: client.remoteAddress } : {};
}
