import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { freePort } from "../../freePort";

export interface LoopbackListener {
  host: "127.0.0.1";
  port: number;
  stop(): Promise<void>;
}

/** Opens a connection to a server that ends together with the client's. */
export type Dial = (target: { host: string; port: number }) => Socket;

/** Listens on a free port; every socket, those dialled for clients too, ends with the listener. */
export async function listenOnLoopback(
  serve: (client: Socket, dial: Dial) => Promise<void>,
): Promise<LoopbackListener> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    return socket.on("close", () => sockets.delete(socket));
  };
  const listener = createServer((client) => {
    keep(client);
    const dial: Dial = (target) => {
      const server = keep(connect(target));
      client.on("close", () => server.destroy());
      server.on("close", () => client.end());
      return server;
    };
    serve(client, dial).catch((error: unknown) => {
      client.destroy();
      if (!isLostConnection(error)) console.error("Defect of the stand-in for Neon:", error);
    });
  });
  const port = await freePort();
  listener.listen(port, "127.0.0.1");
  await once(listener, "listening");
  return {
    host: "127.0.0.1",
    port,
    async stop() {
      listener.close();
      for (const socket of sockets) socket.destroy();
      await once(listener, "close");
    },
  };
}

const LOST = ["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"];

const isLostConnection = (error: unknown): boolean =>
  error instanceof Error && "code" in error && LOST.includes(String(error.code));
