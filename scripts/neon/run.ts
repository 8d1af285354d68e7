import { Client } from "pg";
import type { Connection } from "../../provider";
import { createStack, type Stack } from "../../test/support/engine/stack";
import { ChangeReader } from "../demo/replication";
import { prepare } from "../prepare";
import { NeonAccount, type Place } from "./place";

// The whole life of a source on a real Neon project, with the real CLI. It needs an API key, and creates what it works on.
const { NEON_API_KEY: key, NEON_PROJECT_ID: givenProject, NEON_API_HOST } = process.env;
const API = NEON_API_HOST ?? "https://console.neon.tech/api/v2";

const program = (version: number): string => `
import * as clickpipes from "pulumi-neon-clickpipes";
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
const source = new clickpipes.ClickPipesSource("try", {
  project: config.require("project"),
  tables: ["clickpipes_try.orders"],
  allowRestart: config.requireBoolean("own"),
  // Only read. The list of a new project is empty, and the list of a given project must not change.
  clickPipesRegion: config.requireBoolean("own") ? { cloud: "aws", region: "us-east-1" } : undefined,
  user: { name: "clickpipes_try", passwordVersion: ${version} },
  publication: { name: "clickpipes_try" },
}, { provider: new clickpipes.Provider("neon") });
export const { connection } = source;
`;

async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  console.log(`${what} …`);
  const result = await work();
  console.log(`${what}: done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** Over a new connection each time, since turning logical replication on cuts open ones. */
async function asOwner({ connectionUri }: Place, text: string): Promise<unknown[]> {
  const client = new Client(connectionUri);
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function live(place: Place): Promise<void> {
  await step("a table, as the application", () =>
    asOwner(
      place,
      `drop schema if exists clickpipes_try cascade; create schema clickpipes_try;
                  create table clickpipes_try.orders (id int primary key, product text)`,
    ),
  );
  const stack = await createStack({
    program: program(1),
    config: {
      "clickpipes:connectionUri": { secret: place.connectionUri },
      "clickpipes:neonApiKey": { secret: key as string },
      "clickpipes:neonApiUrl": API,
      project: place.projectId,
      own: String(place.isOwn),
    },
  });
  try {
    await step("pulumi up, logical replication and the readiness report included", () => stack.up());
    await expectSame("pulumi up again", stack.up({ skipPreview: true }));
    await expectSame("pulumi refresh", stack.refresh({ skipPreview: true }));
    await step("a change arrives, read with the stack's outputs alone", () => readChange(stack, place));
    stack.write(program(2));
    await step("the password rotated", () => stack.up({ skipPreview: true }));
  } finally {
    await step("pulumi destroy", () => stack.destroy({ skipPreview: true }));
    await stack.remove();
  }
  const rows = await asOwner(
    place,
    `select rolname as name from pg_roles where rolname = 'clickpipes_try'
                                       union select pubname from pg_publication where pubname = 'clickpipes_try'`,
  );
  if (rows.length > 0) throw new Error("destroy left the role or the publication behind");
}

async function expectSame(what: string, run: Promise<{ changes: Record<string, number>; output: string }>) {
  const { changes, output } = await step(`${what}: no change`, () => run);
  if (Object.keys(changes).join() !== "same") throw new Error(`${what} changes something:\n${output}`);
}

async function readChange(stack: Stack, place: Place): Promise<void> {
  const { connection } = (await stack.outputs(true)) as { connection: Connection };
  const ssl = connection.host !== "127.0.0.1";
  const reader = await ChangeReader.open({ ...connection, ssl } as Connection, "clickpipes_try");
  try {
    await reader.start();
    await asOwner(place, "insert into clickpipes_try.orders values (1, 'one')");
    const arrived = (await reader.caughtUp()).map(({ tag }) => tag).join();
    if (arrived !== "insert") throw new Error(`arrived: ${arrived || "nothing"}`);
  } finally {
    await reader.stop();
    await reader.dropSlot();
  }
}

async function main(): Promise<void> {
  if (!key) {
    console.log(
      "test:neon: SKIPPED. NEON_API_KEY is not set, so there is no Neon account to try on. With a key it makes a project of its own, " +
        "tries everything there, and deletes it: NEON_API_KEY=napi_… npm run test:neon",
    );
    return;
  }
  await prepare((line) => console.error(`set-up: ${line}`));
  const account = new NeonAccount(API, key);
  if (givenProject && !(await account.isReplicationOn(givenProject)))
    throw new Error(
      `logical replication is off in project ${givenProject}, and is not turned on for a try: it cannot be turned off again`,
    );
  const place = await step("a place to try in", () => account.makePlace(givenProject));
  console.log(`made ${place.what}`);
  try {
    await live(place);
  } finally {
    await step(`deleting ${place.what}`, () => place.remove()).catch((error: Error) => {
      throw new Error(`${place.what} could not be deleted: do it in Neon's console. ${error.message}`);
    });
  }
  console.log("test:neon: passed");
}

main().then(
  () => process.exit(),
  (error: Error) => {
    console.error(`test:neon: FAILED. ${error.message}`);
    process.exit(1);
  },
);
