import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const DECLARATIONS = join(resolve(__dirname, "../../.."), "examples/declarations");

/** Puts a module that no registry has into a program's node_modules, with the declarations that the examples are checked against. */
export function installStandIn(program: string, name: "@pulumi/neon" | "@pulumi/clickhouse", source: string): void {
  const folder = join(program, "node_modules", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "0.0.0", main: "index.js" }));
  writeFileSync(join(folder, "index.js"), source);
  copyFileSync(join(DECLARATIONS, `${name.slice(1).replace("/", "-")}.d.ts`), join(folder, "index.d.ts"));
}
