import { expect, test } from "vitest";
import type { PostgresSettings, SslMode } from "../../provider/postgres/connectionSettings";
import { tlsOptions } from "../../provider/postgres/tls";

const CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const NEON = "ep-a-1.eu-central-1.aws.neon.tech";

type Check = "no TLS" | "nothing" | "the chain" | "chain and name";

function checked(settings: Partial<PostgresSettings>): Check {
  const options = tlsOptions(settings as PostgresSettings);
  if (options === false) return "no TLS";
  if (options.rejectUnauthorized === false) return "nothing";
  return options.checkServerIdentity === undefined ? "chain and name" : "the chain";
}

test.each<[SslMode, string, string | undefined, Check]>([
  ["disable", "db.example.com", undefined, "no TLS"],
  ["disable", NEON, CA, "no TLS"],
  ["require", "db.example.com", undefined, "nothing"],
  ["require", "db.example.com", "system", "nothing"],
  ["require", "db.example.com", CA, "the chain"],
  ["require", NEON, undefined, "chain and name"],
  ["require", NEON.toUpperCase(), undefined, "chain and name"],
  ["require", `${NEON}.`, undefined, "chain and name"],
  ["require", "neon.tech.example.com", undefined, "nothing"],
  ["require", NEON, CA, "the chain"],
  ["verify-ca", "db.example.com", undefined, "the chain"],
  ["verify-ca", "db.example.com", CA, "the chain"],
  ["verify-full", "db.example.com", undefined, "chain and name"],
  ["verify-full", "db.example.com", CA, "chain and name"],
])("sslmode %s to %s with root certificate %j checks %s", (sslmode, host, sslrootcert, check) => {
  const given = { host, sslmode, ...(sslrootcert !== undefined && { sslrootcert }) };
  expect(checked(given)).toBe(check);
});

test("a root certificate is used where one is given, and the ones of Node.js otherwise", () => {
  const ca = (sslrootcert?: string) => {
    const options = tlsOptions({ host: "db.example.com", sslmode: "verify-full", sslrootcert } as PostgresSettings);
    return options === false ? undefined : options.ca;
  };
  expect([ca(CA), ca("system"), ca()]).toEqual([CA, undefined, undefined]);
});
