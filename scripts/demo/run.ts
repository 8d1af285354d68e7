import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Connection } from "../../provider";
import { startLocalNeon } from "../../test/support/neon";
import { ClickHouse, type Mapping } from "./clickHouse";
import { Interrupted, Interruption } from "./interruption";
import { keepRunning } from "./playground";
import { Pulumi, ROOT, STACK } from "./pulumi";
import { ChangeReader } from "./replication";
import { changeOrders, loadSample } from "./sample";
import { compareSnapshots, takeSnapshot } from "./snapshot";
import { Steps } from "./steps";

// Step 1, installing and building, is in scripts/demo.mjs, which needs no node_modules.
const steps = new Steps(2, 10);
const interruption = new Interruption();
const folder = mkdtempSync(join(tmpdir(), "clickpipes-demo-"));
const cleanUps: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];

type LocalNeon = Awaited<ReturnType<typeof startLocalNeon>>;

async function demonstrate(keep: boolean): Promise<void> {
  await steps.run("Find or build the Pulumi engine", "follow the last line of the message", findEngine);
  const neon = await steps.run(
    "Start the local Neon",
    "see the message. It needs only a free port and disk space.",
    startNeon,
  );
  const before = await steps.run("Load a sample schema with rows", "see the message of Postgres", async () => {
    await loadSample(neon.connectionUri);
    return takeSnapshot(neon.superuserUri, neon);
  });
  const pulumi = await steps.run("pulumi up", "see Pulumi's output above", async () => {
    const stack = await prepareStack(neon);
    await stack.show("up", "--yes");
    return stack;
  });
  const reader = await steps.run(
    "Copy to a real ClickHouse as ClickPipes does, with the stack's outputs alone",
    "compare `pulumi stack output` with the roles and publications of the database",
    () => proveReplication(pulumi, neon),
  );
  await steps.run("pulumi up again: everything unchanged", "a resource reports a change that was not made", () =>
    pulumi.show("up", "--yes", "--skip-preview", "--expect-no-changes"),
  );
  await steps.run("Drop the slot", "the slot is the reader's: see pg_replication_slots", () => reader.dropSlot());
  if (keep) return keepRunning(folder, pulumi.env, interruption);

  await steps.run("pulumi destroy", "see Pulumi's output above", () =>
    pulumi.show("destroy", "--yes", "--skip-preview"),
  );
  await steps.run(
    "Compare the database with what it was before",
    "destroy left something behind, or took too much",
    async () => proveRestored(before, await takeSnapshot(neon.superuserUri, neon)),
  );
}

async function findEngine(): Promise<void> {
  const { ensureEngine } = await import("../engine.mjs");
  const { bin, version, source } = await ensureEngine({ log: (line) => console.log(`  ${line}`) });
  process.env.PATH = `${bin}${delimiter}${process.env.PATH}`;
  console.log(`  Pulumi ${version} (${source}): ${bin}`);
}

async function startNeon(): Promise<LocalNeon> {
  // Closed to all but this machine: an open project needs no addresses of ClickPipes.
  const starting = startLocalNeon({ allowedIps: ["127.0.0.1"] });
  cleanUps.push(async () => {
    await starting.then((neon) => neon.stop()).catch(() => {});
  });
  const neon = await starting;
  console.log(`  Postgres at ${neon.host}:${neon.port}, the API at ${neon.apiUrl}`);
  return neon;
}

/** The demo has its own backend, Pulumi home and passphrase, so it changes nothing of the user's. */
async function prepareStack(neon: LocalNeon): Promise<Pulumi> {
  const backend = join(folder, "backend");
  mkdirSync(backend);
  const pulumi = new Pulumi({
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "demo",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    DATABASE_URL: neon.connectionUri,
    NEON_API_KEY: neon.apiKey,
    NEON_API_HOST: neon.apiUrl,
  });
  const configuration = join(ROOT, `Pulumi.${STACK}.yaml`);
  const removeConfiguration = () => rmSync(configuration, { force: true });
  removeConfiguration();
  cleanUps.push(removeConfiguration, () => pulumi.interrupt());
  await pulumi.show("stack", "init", STACK);
  await pulumi.show("config", "set", "neonProject", neon.projectId);
  return pulumi;
}

async function proveReplication(pulumi: Pulumi, neon: LocalNeon): Promise<ChangeReader> {
  await pulumi.show("stack", "output");
  const { connection, postgresSource } = JSON.parse(
    await pulumi.read("stack", "output", "--json", "--show-secrets"),
  ) as {
    connection: Connection;
    postgresSource: { tableMappings: Mapping[] };
  };
  const { tableMappings } = postgresSource;
  const reader = await ChangeReader.open(connection, "clickpipes_demo");
  console.log(
    `  connected as ${connection.user}, opened slot clickpipes_demo on publication ${connection.publication}`,
  );
  const clickHouse = await ClickHouse.open();
  if (clickHouse) console.log(`  first load: ${await clickHouse.load(connection, tableMappings)} rows`);
  else console.log("  there is no ClickHouse library for this platform, so the changes are only counted");
  try {
    await reader.start();
    console.log(`  the application ${await changeOrders(neon.connectionUri)}`);
    const changes = await reader.caughtUp();
    console.log(
      `  arrived: ${changes.map(({ tag, relation }) => `${tag} on ${relation.schema}.${relation.name}`).join(", ")}`,
    );
    if (changes.length !== 3) throw new Error(`${changes.length} changes arrived, not 3`);
    await clickHouse?.apply(changes);
    for (const mapping of clickHouse ? tableMappings : [])
      await compare(clickHouse as ClickHouse, mapping, connection, neon);
  } finally {
    await reader.stop();
    clickHouse?.close();
  }
  return reader;
}

/** Compares with the table as its owner sees it. */
async function compare(
  clickHouse: ClickHouse,
  mapping: Mapping,
  connection: Connection,
  { owner }: LocalNeon,
): Promise<void> {
  const differing = await clickHouse.differences({ ...connection, ...owner }, mapping);
  const name = `${mapping.sourceSchemaName}.${mapping.sourceTable}`;
  if (differing > 0) throw new Error(`${name}: ${differing} rows differ`);
  console.log(`  ${name} = ${mapping.targetTable} of ClickHouse: ${await clickHouse.rows(mapping)} rows, all equal`);
}

function proveRestored(before: string[], after: string[]): void {
  const differences = compareSnapshots(before, after);
  console.log(`  ${before.length} facts compared (roles, privileges, publications, comments, IP Allow); what differs:`);
  for (const line of differences) console.log(`    ${line}`);
  const expected = ["- setting: wal_level = replica", "+ setting: wal_level = logical"];
  if (differences.join() !== expected.join()) throw new Error("something other than wal_level differs");
  console.log("  which Neon cannot turn off again. Everything else is as before.");
}

async function main(): Promise<void> {
  try {
    await interruption.during(demonstrate(process.argv.includes("--keep")));
  } catch (error) {
    process.exitCode = error instanceof Interrupted ? 130 : 1;
    console.error(`\n${(error as Error).message}`);
  }
  console.log("\nStopping what was started …");
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  console.log("Stopped, and the temporary folder is removed.");
  process.exit();
}

void main();
