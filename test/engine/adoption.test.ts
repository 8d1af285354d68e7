import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareSnapshots, takeSnapshot } from "../../scripts/demo/snapshot";
import { createStack, type Stack } from "../support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { runAt } from "../support/postgres/session";

const PROGRAM = readFileSync(join(resolve(__dirname, "../.."), "examples/existing-database/index.ts"), "utf8");
const PASSWORD = "Zu8-kR2_qW5.tY7~";

/** What the guide has one do, word for word but for the names of tables and the password. */
const GUIDE = `
CREATE USER clickpipes_user PASSWORD '${PASSWORD}';
GRANT USAGE ON SCHEMA "public" TO clickpipes_user;
GRANT SELECT ON ALL TABLES IN SCHEMA "public" TO clickpipes_user;
ALTER DEFAULT PRIVILEGES IN SCHEMA "public" GRANT SELECT ON TABLES TO clickpipes_user;
ALTER USER clickpipes_user WITH REPLICATION;
CREATE PUBLICATION clickpipes FOR TABLE customers, orders;
`;

describe("examples/existing-database, set up by hand with the guide", () => {
  let neon: LocalNeon;
  let stack: Stack;
  let found: string[];

  beforeAll(async () => {
    neon = await startLocalNeon({ logicalReplication: true });
    const tables = "create table customers (id int primary key); create table orders (id int primary key)";
    await runAt(neon.connectionUri, tables, ...GUIDE.split(";\n"));
    found = await takeSnapshot(neon.superuserUri, neon);
    stack = await createStack({
      program: PROGRAM,
      config: {
        "clickpipes:connectionUri": { secret: neon.connectionUri },
        clickpipesPassword: { secret: PASSWORD },
      },
    });
  });
  afterAll(async () => {
    await stack?.remove();
    await neon?.stop();
  });

  test("the first preview names what it would adopt, and changes nothing", async () => {
    const { output, changes } = await stack.preview();
    expect(output).toMatch(/role "clickpipes_user" exists\.\n.*`pulumi up` adopts it/);
    expect(output).toMatch(/publication "clickpipes" exists\.\n.*`pulumi up` adopts it/);
    expect(changes).toEqual({ create: 7 });
    expect(compareSnapshots(found, await takeSnapshot(neon.superuserUri, neon))).toEqual([]);
  });

  test("up adopts it as is, including the password, and its outputs work for a pipe", async () => {
    await stack.up({ skipPreview: true });
    const { connection, postgresSource } = (await stack.outputs(true)) as Record<string, Record<string, unknown>>;
    expect(connection).toMatchObject({ user: "clickpipes_user", password: PASSWORD, publication: "clickpipes" });
    expect(postgresSource).toMatchObject({ type: "neon", settings: { publicationName: "clickpipes" } });
    const differences = compareSnapshots(found, await takeSnapshot(neon.superuserUri, neon));
    // Our marks, in the comments of role and publication, and nothing else.
    expect(differences.map((line) => line.split(":")[0])).toEqual(["- role", "+ comment", "+ role"]);
  });

  test("a second up, its preview and a refresh find no change", async () => {
    expect((await stack.preview()).changes).toEqual({ same: 7 });
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 7 });
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 7 });
  });

  test("destroy leaves everything as it was found", async () => {
    await stack.destroy({ skipPreview: true });
    expect(compareSnapshots(found, await takeSnapshot(neon.superuserUri, neon))).toEqual([]);
  });
});
