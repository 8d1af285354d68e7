import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { delimiter } from "node:path";
import { parseArgs } from "node:util";
import { type Measured, measure } from "./measure";
import { table } from "./report";

const USAGE = `npm run bench -- [--tables 10,1000,10000] [--delays 0,100] [--repeat 3] [--json bench.json]
  --tables  sizes to measure
  --delays  milliseconds a round trip to the database takes longer; 0 is always measured
  --repeat  how often; the best of each phase counts
  --json    where the figures go; default: nowhere`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      tables: { type: "string", default: "10,1000,10000" },
      delays: { type: "string", default: "0,100" },
      repeat: { type: "string", default: "3" },
      json: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(USAGE);
  await prepare();
  const delays = [...new Set([0, ...numbers(values.delays)])];
  const measured: Measured[] = [];
  for (const tables of numbers(values.tables)) {
    console.error(`${tables} tables …`);
    measured.push(...(await measure(tables, delays, Number(values.repeat))));
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  console.log(`${date}, ${machine}, Postgres 17\n\n${table(measured)}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ date, machine, measured }, null, 2)}\n`);
}

function numbers(list: string): number[] {
  const found = list.split(",").map(Number);
  if (found.some((number) => !Number.isInteger(number) || number < 0))
    throw new Error(`not a list of numbers: ${list}\n${USAGE}`);
  return found;
}

async function prepare(): Promise<void> {
  const { setUp } = await import("../set-up.mjs");
  const { ensureEngine } = await import("../engine.mjs");
  const log = (line: string) => console.error(line);
  await setUp({ log });
  process.env.PATH = `${(await ensureEngine({ log })).bin}${delimiter}${process.env.PATH}`;
}

main().then(
  () => process.exit(),
  (error) => {
    console.error((error as Error).message);
    process.exit(1);
  },
);
