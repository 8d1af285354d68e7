import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { prepare } from "../prepare";
import { type Measured, measure } from "./measure";
import { report } from "./report";
import { SHAPES, type Shape } from "./stages";

const USAGE = `npm run bench -- [--shapes parts,source] [--tables 10,1000,10000] [--delays 0,100] [--repeat 3] [--json .cache/bench.json]
  --shapes  parts: user, grants and publication on a plain Postgres; source: the whole ClickPipesSource on a local Neon
  --tables  sizes to measure
  --delays  milliseconds a round trip to the database, and to Neon's API, takes longer; 0 is always measured
  --repeat  how often; the best of each phase counts
  --json    where the figures go, all of them`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      shapes: { type: "string", default: SHAPES.join() },
      tables: { type: "string", default: "10,1000,10000" },
      delays: { type: "string", default: "0,100" },
      repeat: { type: "string", default: "3" },
      json: { type: "string", default: ".cache/bench.json" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(USAGE);
  await prepare();
  const delays = [...new Set([0, ...numbers(values.delays)])];
  const measured: Measured[] = [];
  const [repeat = 1] = numbers(values.repeat);
  for (const shape of shapesOf(values.shapes)) {
    for (const tables of numbers(values.tables)) {
      console.error(`${shape}, ${tables} tables …`);
      measured.push(...(await measure(shape, tables, delays, repeat)));
    }
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  console.log(`${date}, ${machine}, Postgres 17\n\n${report(measured)}`);
  mkdirSync(dirname(values.json), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify({ date, machine, postgres: 17, measured }, null, 2)}\n`);
  console.error(`all figures: ${values.json}`);
}

function shapesOf(list: string): Shape[] {
  const chosen = SHAPES.filter((shape) => list.split(",").includes(shape));
  if (chosen.length !== list.split(",").length) throw new Error(`not a list of shapes: ${list}\n${USAGE}`);
  return chosen;
}

function numbers(list: string): number[] {
  const found = list.split(",").map(Number);
  if (found.some((number) => !Number.isInteger(number) || number < 0))
    throw new Error(`not a list of numbers: ${list}\n${USAGE}`);
  return found;
}

main().then(
  () => process.exit(),
  (error) => {
    console.error((error as Error).message);
    process.exit(1);
  },
);
