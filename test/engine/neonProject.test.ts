import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type Stack } from "../support/engine/stack";
import { installStandIn } from "../support/engine/standIn";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { runAt } from "../support/postgres/session";

const EXAMPLE = readFileSync(join(resolve(__dirname, "../.."), "examples/neon-project/index.ts"), "utf8");

/** What the example uses of `@pulumi/neon`: a project that is there already, under the names of the real outputs. */
const NEON = `
const pulumi = require("@pulumi/pulumi");
const outputs = JSON.parse(process.env.PROJECT);
class Project extends pulumi.dynamic.Resource {
  constructor(name, args, opts) {
    const { id, ...outs } = outputs;
    const unknown = Object.fromEntries(Object.keys(outs).map((key) => [key, undefined]));
    const secrets = { additionalSecretOutputs: ["databasePassword", "connectionUri"] };
    super({ create: async () => ({ id, outs }) }, name, unknown, pulumi.mergeOptions(opts, secrets));
  }
}
class Database extends pulumi.dynamic.Resource {
  constructor(name, args, opts) {
    super({ create: async (inputs) => ({ id: inputs.name, outs: inputs }) }, name, args, opts);
  }
}
module.exports = { Project, Database };
`;

interface Outputs extends Record<string, unknown> {
  connections: Record<"app" | "analytics", { user: string; password: string; database: string; publication: string }>;
}

describe("examples/neon-project: two databases of a project created in the same program", () => {
  let neon: LocalNeon;
  let stack: Stack;

  const asOwner = (database: string, text: string) => runAt(neon.uri({ ...neon.owner, database }), text);

  beforeAll(async () => {
    neon = await startLocalNeon({ logicalReplication: true, allowedIps: ["127.0.0.1"] });
    await asOwner(neon.database, "create database analytics");
    const { projectId: id, branchId: defaultBranchId, host: databaseHost, database: databaseName, owner } = neon;
    const { connectionUri } = neon;
    const project = { id, defaultBranchId, databaseHost, databaseName, databaseUser: owner.user, connectionUri };
    stack = await createStack({
      // The stand-in listens on a port of its own, and what is protected cannot be destroyed by a test.
      program: EXAMPLE.replace("{ host, database,", `{ host, port: ${neon.port}, database,`).replace(
        "protect: true",
        "protect: false",
      ),
      env: { PROJECT: JSON.stringify({ ...project, databasePassword: owner.password }) },
      config: { neonApiKey: { secret: neon.apiKey }, "clickpipes:neonApiUrl": neon.apiUrl },
    });
    installStandIn(stack.directory, "@pulumi/neon", NEON);
  });
  afterAll(async () => {
    await stack?.remove();
    await neon?.stop();
  });

  test("the first up creates only the project", async () => {
    const { changes } = await stack.up();
    expect(changes).toEqual({ create: 5 });
  });

  test("after the migrations, both databases are sources, with one role, one setting and one list", async () => {
    await asOwner(neon.database, "create table public.orders (id int primary key)");
    await asOwner("analytics", "create table public.visits (id int primary key)");
    await stack.setConfig("migrated", "true");
    const { changes, output } = await stack.up();
    // The process of the second provider knows of the role that the first one makes.
    expect(output).not.toContain("role clickpipes_user");
    // Two components; list, setting and role once; grants, publication and readiness twice.
    expect(changes).toEqual({ same: 5, create: 11 });
    const { connections } = (await stack.outputs(true)) as Outputs;
    expect(connections.app).toMatchObject({ database: neon.database, user: "clickpipes_user" });
    expect(connections.analytics).toEqual({ ...connections.app, database: "analytics" });
    for (const [source, table] of [
      ["app", "orders"],
      ["analytics", "visits"],
    ] as const) {
      const { user, password, database } = connections[source];
      const rows = await runAt(neon.uri({ user, password, database }), `select count(*)::int as rows from ${table}`);
      expect(rows).toEqual([{ rows: 0 }]);
    }
    expect((await stack.up()).changes).toEqual({ same: 16 });
  });

  test("when the project is destroyed, their parts are not deleted first", async () => {
    neon.wire.reset();
    const requests = neon.requests.length;
    await stack.destroy();
    expect(neon.wire.total.connections).toBe(0);
    expect(neon.requests).toHaveLength(requests);
    expect((await stack.export()).deployment.resources ?? []).toEqual([]);
    expect(await asOwner("analytics", "select pubname from pg_publication")).toHaveLength(1);
  });
});
