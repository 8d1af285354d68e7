import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type PostgresServer, type PostgresVersion, startPostgres } from "../postgres/servers";
import { runAt } from "../postgres/session";
import { giveCertificate, selfMade } from "./tls";

const METHODS = ["scram-sha-256", "trust", "password", "md5"] as const;
/** As pg_hba.conf calls them. */
export type Method = (typeof METHODS)[number];

const PASSWORD = "Silver-River9_maple!Onyx73";

/** The role that the server asks for its password in this way. */
export const loginBy = (method: Method) => ({ user: `by ${method}`, password: PASSWORD });

/** A real server with TLS, and a role for each method. */
export async function startWithMethods(version: PostgresVersion): Promise<PostgresServer> {
  const server = await startPostgres({ version, settings: { wal_level: "logical" } });
  await giveCertificate(server, await selfMade());
  await runAt(server.uri(), "create table public.orders (id int primary key)");
  for (const method of METHODS) {
    // A password that is stored as a SCRAM verifier is asked for by SCRAM, whatever the rule says.
    const stored = `set password_encryption = '${method === "md5" ? "md5" : "scram-sha-256"}'`;
    const { user } = loginBy(method);
    await runAt(server.uri(), stored, `create role "${user}" superuser login password '${PASSWORD}'`);
    admit(server, `hostssl all "${user}" all ${method}`);
  }
  await runAt(server.uri(), "select pg_reload_conf()");
  return server;
}

/** A rule before all others. */
function admit(server: PostgresServer, rule: string): void {
  const file = join(server.dataDirectory, "pg_hba.conf");
  writeFileSync(file, `${rule}\n${readFileSync(file, "utf8")}`);
}
