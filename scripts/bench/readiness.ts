import { Client } from "pg";
import { resolveSettings } from "../../provider/lifecycle/settings";
import { Connections } from "../../provider/postgres/connections";
import { Connector } from "../../provider/postgres/connector";
import { readinessReport } from "../../provider/readiness/checks/report";
import { gatherFacts } from "../../provider/readiness/gather";
import { startPostgres } from "../../test/support/postgres/servers";

// What a readiness report takes on this machine, with and without the attempt to read each table: `npm run bench:readiness`.

const SIZES = [1000, 2000, 5000] as const;
const TRIES = 5;
const LOGIN = { role: "reader", password: "reader of the benchmark", publication: "pipe" };

/** Notes when the report begins to log in as the ClickPipes user. */
class Watched extends Connections {
  loggedInAt: number | undefined;

  override connectApart(...args: Parameters<Connections["connectApart"]>): ReturnType<Connections["connectApart"]> {
    this.loggedInAt ??= performance.now();
    return super.connectApart(...args);
  }
}

interface Figures {
  catalogs: number;
  logins: number;
  report: number;
}

async function main(): Promise<void> {
  const settings = { wal_level: "logical", max_locks_per_transaction: "2000" };
  const server = await startPostgres({ version: 17, settings });
  try {
    console.log("tables  catalogs  logins and reads  judging  (milliseconds, the median of five)");
    let made = 0;
    for (const size of SIZES) {
      await makeTables(server.uri(), made, size);
      made = size;
      const figures: Figures[] = [];
      for (let tries = 0; tries < TRIES; tries++) figures.push(await measure(server.uri()));
      const of = (name: keyof Figures) => String(median(figures.map((one) => one[name]))).padStart(8);
      console.log(`${String(size).padStart(6)}  ${of("catalogs")}  ${of("logins").padStart(16)}  ${of("report")}`);
    }
  } finally {
    await server.stop();
  }
}

async function makeTables(uri: string, from: number, to: number): Promise<void> {
  const client = new Client(uri);
  await client.connect();
  if (from === 0) await client.query(`create role reader login replication password '${LOGIN.password}'`);
  for (let i = from; i < to; i += 500)
    await client.query(`do $$ begin for i in ${i}..${i + 499} loop
      execute format('create table public.t%s (id int primary key, a int, b text, c text, d int)', i); end loop; end $$`);
  await client.query("grant select on all tables in schema public to reader; drop publication if exists pipe");
  await client.query("create publication pipe for tables in schema public with (publish_via_partition_root = true)");
  await client.query("analyze");
  await client.end();
}

async function measure(uri: string): Promise<Figures> {
  const { postgres } = resolveSettings(
    (name) => (name === "connectionUri" ? uri : undefined),
    () => undefined,
  );
  if ("problem" in postgres) throw new Error(postgres.problem);
  const connections = new Watched(postgres, new Connector());
  const began = performance.now();
  const { facts } = await gatherFacts(connections, { ...LOGIN, replicationMode: "cdc" });
  const gathered = performance.now();
  const wrong = readinessReport(facts).filter(({ status }) => status !== "ok");
  const judged = performance.now();
  await connections.close();
  if (wrong.length > 0) throw new Error(`the source is not ready: ${JSON.stringify(wrong)}`);
  const at = connections.loggedInAt ?? gathered;
  return { catalogs: at - began, logins: gathered - at, report: judged - gathered };
}

function median(values: number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}

void main();
