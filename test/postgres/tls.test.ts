import { chownSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resolveSettings } from "../../provider/lifecycle/settings";
import { Connections } from "../../provider/postgres/connections";
import { Connector } from "../../provider/postgres/connector";
import { queryOneRow } from "../../provider/postgres/sql/statement";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";

describe("a server with a certificate for localhost, signed by its own authority", () => {
  let server: PostgresServer;
  let authority: string;

  beforeAll(async () => {
    server = await startPostgres({ version: 17 });
    const ca = await generate([{ name: "commonName", value: "test authority" }], {
      extensions: [{ name: "basicConstraints", cA: true, critical: true }],
    });
    authority = ca.cert;
    const own = await generate([{ name: "commonName", value: "localhost" }], {
      ca: { key: ca.private, cert: ca.cert },
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    const { uid, gid } = statSync(server.dataDirectory);
    for (const [file, text] of Object.entries({ "server.crt": own.cert, "server.key": own.private })) {
      writeFileSync(join(server.dataDirectory, file), text, { mode: 0o600 });
      chownSync(join(server.dataDirectory, file), uid, gid);
    }
    await server.configure({ ssl: "on" });
  });
  afterAll(() => server?.stop());

  /** Whether the session is encrypted, or the code of the error. */
  async function connected(host: string, options: Record<string, string>): Promise<unknown> {
    const { user, password } = server.superuser;
    const given = { host, port: String(server.port), database: "postgres", user, password, ...options };
    const { postgres } = resolveSettings(
      (name) => (given as Record<string, string>)[name],
      () => undefined,
    );
    if ("problem" in postgres) throw new Error(postgres.problem);
    const connections = new Connections(postgres, new Connector());
    try {
      const query = queryOneRow<{ ssl: boolean }>("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
      const [{ ssl }] = await connections.use((session) => session.ask(query));
      return ssl;
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      await connections.close();
    }
  }

  test("is trusted under its name if the authority is given, as a file or as text", async () => {
    const file = join(server.dataDirectory, "authority.crt");
    writeFileSync(file, authority);
    expect(await connected("localhost", { sslmode: "verify-full", sslrootcert: file })).toBe(true);
    expect(await connected("localhost", { sslmode: "verify-full", sslrootcert: authority })).toBe(true);
  });

  test("is not trusted without the authority, or under another name", async () => {
    expect(await connected("localhost", { sslmode: "verify-full" })).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
    expect(await connected("127.0.0.1", { sslmode: "verify-full", sslrootcert: authority })).toBe(
      "ERR_TLS_CERT_ALTNAME_INVALID",
    );
  });

  test("is accepted under another name by verify-ca, and without any check by require", async () => {
    expect(await connected("127.0.0.1", { sslmode: "verify-ca", sslrootcert: authority })).toBe(true);
    expect(await connected("127.0.0.1", { sslmode: "verify-ca" })).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
    expect(await connected("127.0.0.1", { sslmode: "require" })).toBe(true);
    expect(await connected("127.0.0.1", { sslmode: "require", sslrootcert: authority })).toBe(true);
  });

  test("gets an unencrypted connection only with sslmode=disable, or on this machine", async () => {
    expect(await connected("localhost", {})).toBe(false);
    expect(await connected("localhost", { sslmode: "disable" })).toBe(false);
  });
});
