import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type Stack } from "../support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { runAt } from "../support/postgres/session";

/** With something behind it that follows the connection, as a ClickPipe does. */
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import * as clickpipes from "pulumi-neon-clickpipes";
class Pipe extends pulumi.dynamic.Resource {
  constructor(host: pulumi.Input<string>, port: pulumi.Input<number>, opts?: pulumi.CustomResourceOptions) {
    const follow = async () => ({ outs: {} });
    super({ create: async () => ({ id: "pipe", outs: {} }), update: follow }, "pipe", { host, port }, opts);
  }
}
const provider = new clickpipes.Provider("source", { connectionUri: new pulumi.Config().requireSecret("uri") });
const source = new clickpipes.ClickPipesSource("orders", { tables: ["public.orders"] }, { provider });
new Pipe(source.connection.host, source.connection.port);
`;

describe("a provider that points to another database, with nothing else changed in the program", () => {
  let neon: LocalNeon;
  let branch: LocalNeon;
  let stack: Stack;

  beforeAll(async () => {
    neon = await startLocalNeon({ logicalReplication: true });
    branch = await startLocalNeon({ logicalReplication: true });
    for (const { connectionUri } of [neon, branch])
      await runAt(connectionUri, "create table public.orders (id int primary key)");
    stack = await createStack({ program: PROGRAM, config: { uri: { secret: neon.connectionUri } } });
    await stack.up({ skipPreview: true });
  });
  afterAll(async () => {
    await stack?.remove();
    await neon?.stop();
    await branch?.stop();
  });

  test("is refused in the preview by the name of the database, with both named, and without connecting", async () => {
    await stack.setConfig("uri", neon.uri({ ...neon.owner, database: "elsewhere" }), true);
    const { output } = await stack.preview({ expectFailure: true });
    expect(output).toMatch(/lives in database "neondb" \(.*\), but the connection is to database "elsewhere"/);
    expect(output).not.toMatch(/\n\s+at /);
  });

  test("with a database of the same name is refused before a pipe follows it", async () => {
    await stack.setConfig("uri", branch.connectionUri, true);
    const { output } = await stack.up({ skipPreview: true, expectFailure: true });
    expect(output).toMatch(
      new RegExp(
        `lives in database "neondb" .*branch ${neon.branchId}., but the connection is to .*branch ${branch.branchId}`,
      ),
    );
    const pipe = (await stack.export()).deployment.resources?.find(({ id }) => id === "pipe");
    expect(pipe?.inputs).toMatchObject({ port: neon.port });
  });

  test("has no effect once it points back: only the provider is updated", async () => {
    await stack.setConfig("uri", neon.connectionUri, true);
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 7, update: 1 });
    await stack.destroy({ skipPreview: true });
  });
});
