import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client } from "pg";
import { DynamicProvider } from "../../test/support/dynamicProvider";
import { startPostgres } from "../../test/support/postgres/servers";
import { PRINTED, PROGRAMS, RESOLUTIONS, TYPESCRIPT, writePrograms } from "./programs";

// Installs the tarball with each package manager, each in its own folder. Then runs programs of each kind there, and the
// provider's process, with each Node. Postgres is real. The engine isn't used: see test/engine/installation.test.ts. It needs a registry.

const ROOT = resolve(__dirname, "../..");
const OLDEST_SDK = "@pulumi/pulumi@3.248.0";
const NEWEST_SDK = "@pulumi/pulumi@3.270.0";
const NODES = ["22", "24"];
const home = mkdtempSync(join(tmpdir(), "clickpipes-installs-"));
const failures: string[] = [];

type Run = typeof import("../command.mjs", { with: { "resolution-mode": "import" }}).runCommand;

/** Prints one line for each attempt. A failure doesn't stop the other attempts. */
async function attempt(what: string, work: () => Promise<void>): Promise<boolean> {
  const start = Date.now();
  try {
    await work();
    console.log(`ok      ${what} (${Math.round((Date.now() - start) / 1000)} s)`);
    return true;
  } catch (error) {
    failures.push(what);
    console.log(`FAILED  ${what}\n${(error as Error).message}`);
    return false;
  }
}

function folder(name: string): string {
  const path = join(home, name);
  mkdirSync(path);
  writeFileSync(join(path, "package.json"), JSON.stringify({ name: `try-${name}`, private: true, version: "1.0.0" }));
  return path;
}

async function programs(run: Run, cwd: string, who: string, runtime: string, files: string[]): Promise<void> {
  for (const file of files) {
    await attempt(`${who}, ${file}`, async () => {
      const printed = await run(runtime, [file], { cwd, timeoutMs: 60_000 });
      if (printed.trim() !== PRINTED) throw new Error(`it printed: ${printed}`);
    });
  }
}

async function types(run: Run, cwd: string, who: string): Promise<void> {
  const common = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom"];
  const nodeTypes = ["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")];
  for (const [name, options] of RESOLUTIONS) {
    await attempt(`${who}, types under ${name} resolution`, async () => {
      await run(
        process.execPath,
        [join(ROOT, "node_modules/typescript/bin/tsc"), ...common, ...nodeTypes, ...options],
        { cwd },
      );
    });
  }
}

/** A life of one resource in Pulumi's own provider process, under this Node and in this folder. */
async function life(cwd: string, node: string, uri: string): Promise<void> {
  const sdk = join(cwd, "node_modules/@pulumi/pulumi");
  const provider = await DynamicProvider.start(sdk, { "clickpipes:connectionUri": uri }, cwd, node);
  try {
    const text = 'exports.handler = () => require("pulumi-neon-clickpipes/provider").handler("Publication");';
    const args = { tables: ["public.orders"], mark: "o/app/dev/Publication/pub", __provider: text };
    const { inputs, failures: refused } = await provider.check({}, args);
    if (refused.length > 0) throw new Error(JSON.stringify(refused));
    const { id, outputs } = await provider.create(inputs);
    if ((await provider.read(id, outputs)).id !== id) throw new Error("what was created is not found");
    await provider.delete(id, outputs);
    if (provider.stderr !== "") throw new Error(provider.stderr);
  } finally {
    await provider.stop();
  }
}

async function main(): Promise<void> {
  const [{ setUp }, { runCommand: run }] = await Promise.all([import("../set-up.mjs"), import("../command.mjs")]);
  await setUp({ log: (line) => console.error(`set-up: ${line}`) });
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", home];
  const [{ filename }] = JSON.parse(await run("npm", pack, { cwd: ROOT })) as [{ filename: string }];
  const tarball = join(home, filename);
  const platform = `${process.platform}-${process.arch}`;

  const tools = folder("tools");
  const wanted = [
    "yarn@1.22.22",
    "pnpm@10",
    "bun@1",
    ...NODES.map((major) => `node-${major}@npm:node-${platform}@${major}`),
  ];
  await run("npm", ["install", "--no-audit", "--no-fund", "--force", ...wanted], { cwd: tools });
  const tool = (name: string) => join(tools, "node_modules/.bin", name);

  const managers: [name: string, command: string, words: string[]][] = [
    ["npm", "npm", ["install", "--no-audit", "--no-fund", tarball]],
    ["yarn", tool("yarn"), ["add", "--non-interactive", `file:${tarball}`]],
    ["pnpm", tool("pnpm"), ["add", tarball]],
    ["bun", tool("bun"), ["add", tarball]],
  ];
  const server = await startPostgres({ version: 17, settings: { wal_level: "logical" } });
  const client = new Client(server.uri());
  await client.connect();
  await client.query("create table public.orders (id int primary key)");
  try {
    for (const [name, command, words] of managers) {
      const cwd = folder(name);
      writePrograms(cwd);
      if (
        !(await attempt(
          `${name} installs the tarball`,
          async () => void (await run(command, [...words, OLDEST_SDK], { cwd })),
        ))
      )
        continue;
      await programs(run, cwd, name, process.execPath, PROGRAMS);
      await types(run, cwd, name);
      await attempt(`${name}, a life over gRPC, Node ${process.version}`, () =>
        life(cwd, process.execPath, server.uri()),
      );
    }
    await programs(run, join(home, "bun"), "Bun", tool("bun"), [...PROGRAMS, TYPESCRIPT]);
    const cwd = folder("newest");
    writePrograms(cwd);
    await run("npm", ["install", "--no-audit", "--no-fund", tarball, NEWEST_SDK], { cwd });
    for (const major of NODES) {
      const node = join(tools, `node_modules/node-${major}/bin/node`);
      const version = (await run(node, ["--version"])).trim();
      await programs(run, cwd, `Node ${version}, ${NEWEST_SDK}`, node, PROGRAMS);
      await attempt(`a life over gRPC, Node ${version}`, () => life(cwd, node, server.uri()));
    }
  } finally {
    await client.end();
    await server.stop();
  }
  if (failures.length > 0) throw new Error(`failed: ${failures.join("; ")}`);
}

main()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  })
  .finally(() => {
    rmSync(home, { recursive: true, force: true });
    process.exit();
  });
