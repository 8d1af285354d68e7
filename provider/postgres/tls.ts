import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { PostgresSettings } from "./connectionSettings";

/** How the server's certificate is looked at, as libpq's `sslmode` has it; false for no TLS. */
export function tlsOptions({ host, sslmode, sslrootcert }: PostgresSettings): ConnectionOptions | false {
  if (sslmode === "disable") return false;
  const ca = sslrootcert === undefined || sslrootcert === "system" ? undefined : certificate(sslrootcert);
  const verifies = sslmode === "verify-full" || (sslmode === "require" && isNeonHost(host) && ca === undefined);
  if (verifies) return { ...(ca && { ca }) };
  if (sslmode === "require" && ca === undefined) return { rejectUnauthorized: false };
  // libpq checks the chain under "require" too where a root certificate is given.
  return { ...(ca && { ca }), checkServerIdentity: () => undefined };
}

/** Their certificates are public ones: what cannot be verified is not Neon's. */
function isNeonHost(host: string): boolean {
  return /\.neon\.tech\.?$/i.test(host);
}

function certificate(pathOrText: string): string {
  return pathOrText.startsWith("-----BEGIN") ? pathOrText : readFileSync(pathOrText, "utf8");
}
