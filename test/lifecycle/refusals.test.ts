import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freePort } from "../support/freePort";
import { Managed } from "../support/managed";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";

/** No server listens there, so an attempt to connect fails the test with its message. */
const NOWHERE = "postgres://admin:hunter2hunter2@127.0.0.1:1/app";

describe("bad input is refused in a preview, offline", () => {
  const UNSET = ["DATABASE_URL", "PGHOST", "NEON_API_KEY"];
  beforeEach(() => {
    for (const name of UNSET) delete process.env[name];
  });

  const user = (args: object, uri: string | undefined = NOWHERE) => checked("ClickPipesUser", args, uri);
  const publication = (args: object, uri: string | undefined = NOWHERE) => checked("Publication", args, uri);
  const allowlist = (args: object) =>
    checked("IpAllowlist", { projectId: "p-1", ...args }, NOWHERE, { "clickpipes:neonApiKey": "napi_key" });

  async function checked(
    kind: string,
    args: object,
    uri: string | undefined,
    config: Record<string, string> = {},
  ): Promise<string> {
    const resource = new Managed(kind, "it", { ...(uri && { "clickpipes:connectionUri": uri }), ...config });
    const message = await resource.check({ ...args }).then(
      () => "accepted",
      (error: Error) => error.message,
    );
    expect(message).not.toContain("hunter2");
    return message;
  }

  test("no credentials", async () => {
    expect(await user({}, "")).toContain("no connection to Postgres is configured.\nGive the provider `connectionUri`");
    const noKey = await new Managed("IpAllowlist", "it", {})
      .check({ projectId: "p-1", ips: ["10.0.0.1"] })
      .catch((error) => error.message);
    expect(noKey).toContain("no Neon API key");
  });

  test("a connection that names no user or no database, or isn't a Postgres URL", async () => {
    expect(await user({}, "postgres://127.0.0.1/app")).toContain("names no user");
    expect(await user({}, "postgres://admin:hunter2@127.0.0.1")).toContain("names no database");
    expect(await user({}, "mysql://admin:hunter2@127.0.0.1/app")).toContain("connectionUri: not of the form");
    expect(await user({}, "postgres://admin:hunter2@127.0.0.1/app?sslmode=prefer")).toContain(
      "sslmode: expected one of",
    );
  });

  test("a pooled host, with the direct host in the message", async () => {
    const uri = "postgres://admin:hunter2@ep-cool-river-123-pooler.us-east-2.aws.neon.tech/app";
    const message = await user({}, uri);
    expect(message).toContain("is Neon's connection pooler");
    expect(message).toContain("the direct host, ep-cool-river-123.us-east-2.aws.neon.tech");
  });

  test("allTables together with lists, and neither of them", async () => {
    expect(await publication({})).toContain("specify what to publish");
    expect(await publication({ allTables: true, tables: ["public.a"] })).toContain(
      "allTables: cannot be combined with `tables` or `schemas`",
    );
    expect(await publication({ allTables: true, schemas: ["public"] })).toContain(
      "allTables: cannot be combined with `tables` or `schemas`",
    );
  });

  test("a malformed address", async () => {
    for (const entry of [
      "10.0.0",
      "10.0.0.1/33",
      "10.0.0.9-10.0.0.1",
      "::1-10.0.0.1",
      "app.example.com",
      "10.0.0.1,10.0.0.2",
    ]) {
      expect(await allowlist({ ips: [entry] })).toMatch(/ips\[0\]: .* is not an IP address, a-b range or CIDR block\./);
    }
  });

  test("a password that is a verifier, which Postgres would store unchanged", async () => {
    const scram = "SCRAM-SHA-256$4096:c2FsdHNhbHQ=$Ml4IHBrhuTbD7U4yHrN7kbZB2jy9RFqL5p3c+8AXtGg=:9Dg7hQ=";
    for (const password of [scram, `md5${"0123456789abcdef".repeat(2)}`]) {
      expect(await user({ password })).toContain("password: is a hash, and no one can log in with a hash");
    }
    expect(await user({ password: "md5-Grand-Ocean7_tulip!Quartz42" })).toBe("accepted");
  });

  test("a name over 63 bytes, whatever its characters", async () => {
    expect(await user({ name: "x".repeat(64) })).toContain(
      "name: is 64 bytes long, but Postgres truncates names to 63",
    );
    expect(await publication({ name: "ü".repeat(32), tables: ["public.a"] })).toContain("name: is 64 bytes long");
    expect(await publication({ tables: [`public.${"x".repeat(64)}`] })).toContain("is 64 bytes long");
  });

  test("a name that pgoutput would fold or split", async () => {
    for (const name of ["Orders", "two words", "one,two", '"quoted"']) {
      expect(await publication({ name, tables: ["public.a"] })).toContain(
        `pgoutput would read "${name}" as another name`,
      );
    }
  });

  test("an argument of the wrong type, or one that does not exist", async () => {
    expect(await user({ name: 7 })).toBe("name: expected a string, found a number");
    expect(await user({ connectionLimit: "many" })).toContain("connectionLimit: expected a whole number");
    expect(await user({ adopt: "yes" })).toBe("adopt: expected true or false, found a string");
    expect(await user({ nmae: "reader" })).toBe("nmae: there is no such argument");
    expect(await publication({ tables: "public.a" })).toContain("tables: expected a list, found a string");
    expect(await publication({ tables: ["orders"] })).toContain('tables[0]: "orders" is not "schema.table"');
    expect(await publication({ tables: ["public.a"], publish: ["upsert"] })).toContain("publish[0]: expected one of");
  });

  test("a weak password, without printing it", async () => {
    const message = await user({ password: "hunter2!" });
    expect(message).toMatch(/password: has about \d+ bits of entropy, and Neon requires at least 60\./);
  });
});

describe("what only the server can find is refused at up, before anything changes", () => {
  let server: PostgresServer;
  let client: Client;

  beforeAll(async () => {
    server = await startPostgres({ version: 17, settings: { wal_level: "logical" } });
    client = new Client(server.uri());
    client.on("error", () => {});
    await client.connect();
    await client.query("create table public.orders (id int primary key)");
    await client.query("create database other");
  });
  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });

  const publication = (uri: string) =>
    new Managed("Publication", "it", { "clickpipes:connectionUri": uri, "clickpipes:connectTimeout": "3" });
  const failure = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => new Error("it succeeded"),
      (reason: Error) => reason,
    );
    expect(error.stack).toBe(error.message);
    expect(error.message).not.toContain(server.superuser.password);
    expect(await (await client.query("select pubname from pg_publication")).rows).toEqual([]);
    return error.message;
  };

  test("a host that does not answer, with its address in the message", async () => {
    const port = await freePort();
    const message = await failure(
      publication(`postgres://admin:hunter2hunter2@127.0.0.1:${port}/app`).up({ tables: ["public.orders"] }),
    );
    expect(message).toContain(`cannot connect to 127.0.0.1:${port}, database "app", as "admin": nothing listens there`);
    expect(message).not.toContain("hunter2");
  });

  test("an unknown host name", async () => {
    const message = await failure(
      publication("postgres://admin:x@no-such-host.invalid/app").up({ tables: ["public.orders"] }),
    );
    expect(message).toMatch(/cannot connect to no-such-host.invalid:5432.*(no such host|could not be looked up)\./);
  });

  test("a wrong password, and a database that does not exist", async () => {
    expect(
      await failure(publication(server.uri({ password: "not this one" })).up({ tables: ["public.orders"] })),
    ).toContain("the password was refused");
    expect(await failure(publication(server.uri({ database: "missing" })).up({ tables: ["public.orders"] }))).toContain(
      "no such database",
    );
  });

  test("a table that does not exist", async () => {
    expect(await failure(publication(server.uri()).up({ tables: ["public.orders", "public.missing"] }))).toContain(
      'not in database "postgres": table public.missing',
    );
  });

  test("a database other than the one in the state, with both in the message", async () => {
    const made = publication(server.uri({ database: "other" }));
    const other = new Client(server.uri({ database: "other" }));
    await other.connect();
    await other.query("create table public.orders (id int primary key)");
    await made.up({ tables: ["public.orders"] });
    const moved = publication(server.uri());
    moved.state = made.state;
    for (const work of [
      () => moved.refresh(),
      () => moved.up({ tables: ["public.orders"], comment: "changed" }),
      () => moved.destroy(),
    ]) {
      const message = await failure(work());
      expect(message).toContain('this resource lives in database "other"');
      expect(message).toContain('but the connection is to database "postgres"');
    }
    expect((await other.query("select pubname from pg_publication")).rows).toHaveLength(1);
    const accepting = new Managed("Publication", "it", {
      "clickpipes:connectionUri": server.uri(),
      "clickpipes:acceptMovedDatabase": "true",
    });
    accepting.state = made.state;
    expect(await accepting.refresh()).toBe(true);
    expect(accepting.state).toBeUndefined();
    await made.destroy();
    await other.end();
  });

  test("a read replica, with the way to the read-write endpoint in the message", async () => {
    await server.pause();
    writeFileSync(join(server.dataDirectory, "standby.signal"), "");
    await server.resume();
    client = new Client(server.uri());
    await client.connect();
    const message = await failure(publication(server.uri()).up({ tables: ["public.orders"] }));
    expect(message).toContain("is a read replica");
    expect(message).toContain("read-write endpoint");
  });
});
