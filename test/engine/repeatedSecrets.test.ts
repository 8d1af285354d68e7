import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createNeonStack } from "../support/engine/neonStack";
import type { Stack } from "../support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { runAt } from "../support/postgres/session";

const TABLE = "public.unannounced_merger";
const ADDRESS = "198.51.100.77";

const program = (hide: "pulumi.secret" | "pulumi.output" | "") => `
import * as pulumi from "@pulumi/pulumi";
import * as clickpipes from "pulumi-neon-clickpipes";
const source = new clickpipes.Provider("app");
const orders = new clickpipes.ClickPipesSource("orders", {
  project: process.env.PROJECT, tables: [${hide}("${TABLE}")], ipAllowlist: { ips: [${hide}("${ADDRESS}")] },
  clickPipesRegion: { cloud: "aws", region: "us-east-1" },
}, { provider: source });
export const host = orders.connection.host;
`;

describe("an argument that the program made secret", () => {
  let neon: LocalNeon;
  let stack: Stack;

  beforeAll(async () => {
    neon = await startLocalNeon({ allowedIps: ["127.0.0.1"], logicalReplication: true });
    await runAt(neon.connectionUri, `create table ${TABLE} (id int primary key)`);
    stack = await createNeonStack(neon, { program: program("pulumi.secret") });
  });
  afterAll(async () => {
    await stack?.remove();
    await neon?.stop();
  });

  const written = async (run: Promise<{ output: string }>) =>
    `${(await run).output}\n${JSON.stringify(await stack.export())}`;

  test("is not repeated in clear text by any output, at any point of a life", async () => {
    for (const run of [() => stack.up(), () => stack.refresh(), () => stack.preview()]) {
      const text = await written(run());
      for (const value of [TABLE, "unannounced_merger", ADDRESS]) expect(text).not.toContain(value);
      expect(text).toContain('"effective":"restricted"');
    }
    expect((await stack.up()).changes).toEqual({ same: expect.any(Number) });
  });

  test("stays hidden in drift and in errors", async () => {
    await runAt(neon.connectionUri, "alter publication clickpipes_publication set (publish = 'insert')");
    await runAt(neon.connectionUri, `alter table ${TABLE} drop constraint unannounced_merger_pkey`);
    const drifted = await written(stack.refresh());
    const failed = await written(stack.up({ expectFailure: true }));
    await runAt(neon.connectionUri, `alter table ${TABLE} add primary key (id)`);
    const mended = await written(stack.up());
    for (const text of [drifted, failed, mended]) {
      for (const value of ["unannounced_merger", ADDRESS]) expect(text).not.toContain(value);
    }
    expect(failed).toContain("[secret]");
  });

  test("is plain in the outputs again once it is plain in the program", async () => {
    stack.write(program("pulumi.output"));
    await stack.up();
    const text = JSON.stringify(await stack.export());
    expect(text).toContain('"publishedTables":[{"name":"unannounced_merger","schema":"public"}]');
    expect(text).toContain(ADDRESS);
    stack.write(program(""));
    expect((await stack.up()).changes).toEqual({ same: expect.any(Number) });
    await stack.destroy();
  });
});
