import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { PostgresSettings } from "./connectionSettings";

/** How to check the server's certificate, following `sslmode` of libpq. False for no TLS. */
export function tlsOptions({ host, sslmode, sslrootcert }: PostgresSettings): ConnectionOptions | false {
  if (sslmode === "disable") return false;
  const ca = sslrootcert === undefined || sslrootcert === "system" ? undefined : certificate(sslrootcert);
  const verifies = sslmode === "verify-full" || (sslmode === "require" && isNeonHost(host) && ca === undefined);
  if (verifies) return { ...(ca && { ca }) };
  if (sslmode === "require" && ca === undefined) return { rejectUnauthorized: false };
  // Given a root certificate, libpq checks the chain under "require" too.
  return { ...(ca && { ca }), checkServerIdentity: () => undefined };
}

/** Neon's certificates are public, so a certificate that cannot be verified isn't Neon's. */
function isNeonHost(host: string): boolean {
  return /\.neon\.tech\.?$/i.test(host);
}

function certificate(pathOrText: string): string {
  return pathOrText.startsWith("-----BEGIN") ? pathOrText : readFileSync(pathOrText, "utf8");
}
