import { chownSync, statSync, writeFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { generate } from "selfsigned";
import type { PostgresServer } from "../postgres/servers";
import type { Answer } from "./server";

export interface Certificate {
  cert: string;
  key: string;
}

/** Signed by itself, for this name and for the loopback. */
export async function selfMade(name = "localhost"): Promise<Certificate> {
  const altNames = [
    { type: 2 as const, value: name },
    { type: 7 as const, ip: "127.0.0.1" },
  ];
  const made = await generate([{ name: "commonName", value: name }], {
    extensions: [{ name: "subjectAltName", altNames }],
  });
  return { cert: made.cert, key: made.private };
}

/** The server has TLS with this certificate from now on. */
export async function giveCertificate(server: PostgresServer, { cert, key }: Certificate): Promise<void> {
  const { uid, gid } = statSync(server.dataDirectory);
  for (const [name, text] of Object.entries({ "server.crt": cert, "server.key": key })) {
    const file = join(server.dataDirectory, name);
    writeFileSync(file, text, { mode: 0o600 });
    chownSync(file, uid, gid);
  }
  await server.configure({ ssl: "on" });
}

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Passes all on to a real server and back. Channel binding is to the server's certificate: where the impostor has the
 * same one, nobody notices.
 */
export function passedOn(server: { host: string; port: number }): Answer {
  return async ({ attempt, startup, next, socket }) => {
    const upstream = await (attempt.encrypted ? overTls(server) : connectTcp(server));
    upstream.on("error", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    upstream.on("close", () => socket.destroy());
    upstream.pipe(socket);
    upstream.write(startup.raw);
    for (let message = await next(); message; message = await next()) upstream.write(message.raw);
  };
}

function overTls(server: { host: string; port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const raw = connectTcp(server);
    raw.on("error", reject);
    raw.write(SSL_REQUEST);
    raw.once("data", () => resolve(connectTls({ socket: raw, rejectUnauthorized: false })));
  });
}
