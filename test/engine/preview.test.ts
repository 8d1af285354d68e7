import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type Stack } from "../support/engine/stack";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";
import { runAt } from "../support/postgres/session";
import { startWire, type Wire } from "../support/wire/recording";

/** A resource whose outputs no preview knows, as those of a Neon project that is still to be made. */
const PROJECT = `
import * as pulumi from "@pulumi/pulumi";
import * as clickpipes from "pulumi-neon-clickpipes";
class Project extends pulumi.dynamic.Resource {
  declare readonly connectionUri: pulumi.Output<string>;
  declare readonly role: pulumi.Output<string>;
  constructor(uri: string) {
    const create = async () => ({ id: "project", outs: { connectionUri: uri, role: "reader" } });
    super({ create }, "project", { connectionUri: undefined, role: undefined });
  }
}
const project = new Project(process.env.SOURCE!);
`;

/** Says which leaves are unknown. */
const UNKNOWN = `for (const [name, leaf] of Object.entries({ ...orders.connection, ...orders.postgresSource, ...orders.postgresSource.credentials, ...orders.postgresSource.settings })) {
  if (clickpipes && "isKnown" in leaf) (leaf as any).isKnown.then((known: boolean) => known || console.log("unknown: " + name));
}`;

describe("a preview", () => {
  let server: PostgresServer;
  let wire: Wire;
  let stack: Stack;

  beforeAll(async () => {
    server = await startPostgres({ version: 17, settings: { wal_level: "logical" } });
    wire = await startWire(server);
    await runAt(
      server.uri(),
      "create table public.orders (id int primary key)",
      "create table public.keyless (id int)",
      "create table public.late (id int primary key)",
    );
    stack = await createStack({ program: "", env: { SOURCE: wire.uri(server.uri()) } });
  });
  afterAll(async () => {
    await stack?.remove();
    await wire?.stop();
    await server?.stop();
  });

  test("with an unknown connection succeeds and connects to nothing", async () => {
    stack.write(`${PROJECT}
const provider = new clickpipes.Provider("source", { connectionUri: project.connectionUri });
const orders = new clickpipes.ClickPipesSource("orders", { tables: ["public.orders"], user: { name: project.role } }, { provider });
export const publication = orders.connection.publication;
${UNKNOWN}`);
    wire.reset();
    const { changes, output } = await stack.preview();
    expect(changes).toEqual({ create: 8 });
    expect(output).toContain('publication: "clickpipes_publication"');
    const unknown = new Set(output.match(/(?<=unknown: )\w+/g));
    expect([...unknown].sort()).toEqual(["database", "host", "password", "port", "user", "username"]);
    expect(wire.total.connections).toBe(0);
  });

  test("with unknown arguments succeeds, checks what is known, and reads nothing from the database", async () => {
    stack.write(`${PROJECT}
const provider = new clickpipes.Provider("source", { connectionUri: process.env.SOURCE });
new clickpipes.Publication("publication", { tables: [pulumi.interpolate\`public.\${project.role}\`] }, { provider });
new clickpipes.ClickPipesGrants("grants", { role: project.role, schemas: project.role.apply((name) => [name]) }, { provider });`);
    wire.reset();
    expect((await stack.preview()).changes).toEqual({ create: 5 });
    expect(wire.total.connections).toBe(0);
    stack.write(`${PROJECT}
const provider = new clickpipes.Provider("source", { connectionUri: process.env.SOURCE });
new clickpipes.Publication("publication", { owner: project.role, allTables: true, schemas: ["public"] }, { provider });`);
    expect((await stack.preview({ expectFailure: true })).output).toContain(
      "allTables: cannot be combined with `tables` or `schemas`",
    );
  });

  test("refuses a table whose UPDATEs would fail, and only warns about one that does not exist yet", async () => {
    const program = (tables: string) => `import * as clickpipes from "pulumi-neon-clickpipes";
const provider = new clickpipes.Provider("source", { connectionUri: process.env.SOURCE });
new clickpipes.Publication("publication", { tables: ${tables} }, { provider });`;
    stack.write(program('["public.keyless"]'));
    const { output } = await stack.preview({ expectFailure: true });
    expect(output).toContain("public.keyless has no primary key and no other replica identity");
    expect(output).toContain('ALTER TABLE "public"."keyless" REPLICA IDENTITY FULL');
    stack.write(program('["public.orders", "public.future"]'));
    const warned = await stack.preview();
    expect(warned.output.match(/not in the database \(yet\): table public.future/g)).not.toBeNull();
    expect(warned.changes).toEqual({ create: 3 });
  });

  test("with changed triggers, tables, comment or passwordVersion still knows the inputs of the pipe", async () => {
    const program = (
      version: number,
      trigger: string,
      tables = '"public.orders"',
    ) => `import * as clickpipes from "pulumi-neon-clickpipes";
const provider = new clickpipes.Provider("source", { connectionUri: process.env.SOURCE });
const orders = new clickpipes.ClickPipesSource("orders", {
  tables: [${tables}], user: { passwordVersion: ${version}, comment: "${version}" }, readiness: { triggers: ["${trigger}"] },
}, { provider });
${UNKNOWN}`;
    stack.write(program(1, "a"));
    await stack.up({ skipPreview: true });
    stack.write(program(1, "b"));
    const triggered = await stack.preview();
    expect(triggered.changes).toEqual({ same: 6, update: 1 });
    expect(triggered.output).not.toContain("unknown: ");
    stack.write(program(1, "a", '"public.orders", "public.late"'));
    const another = await stack.preview();
    expect(another.changes).toEqual({ same: 4, update: 3 });
    expect(another.output).not.toContain("unknown: ");
    stack.write(program(2, "b"));
    const { changes, output } = await stack.preview();
    expect(changes).toEqual({ same: 5, update: 2 });
    expect(new Set(output.match(/unknown: \w+/g))).toEqual(new Set(["unknown: password"]));
    await stack.destroy({ skipPreview: true });
  });
});
