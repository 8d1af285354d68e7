import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port that is free on the loopback now. It lies below the range from which systems take the ports of outgoing
 * connections, so that nobody gets it while a server that listened on it restarts.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    if (await isFree(port)) return port;
  }
  throw new Error("No free port between 15000 and 32000.");
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen({ host: "127.0.0.1", port, exclusive: true });
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
