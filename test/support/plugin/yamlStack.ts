import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { createStack, type Stack, type StackOptions } from "../engine/stack";

const MAIN = join(resolve(__dirname, "../../.."), "bin/plugin/main.js");

/** A stack whose program is YAML, and knows nothing of Node. It uses the plugin as it was built. */
export async function createYamlStack({ program, env, ...options }: StackOptions): Promise<Stack> {
  const { ensureYamlHost } = await import("../../../scripts/engine/yamlHost.mjs");
  const host = await ensureYamlHost({ log: (line) => process.stderr.write(`set-up: ${line}\n`) });
  const plugins = `plugins:\n  providers:\n    - name: clickpipes\n      path: ${pluginFolder()}\n`;
  const PATH = `${host}${delimiter}${process.env.PATH}`;
  return createStack({ ...options, language: "yaml", program: plugins + program, env: { PATH, ...env } });
}

let made: string | undefined;

/** An executable of the name that the engine looks for. */
function pluginFolder(): string {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), "clickpipes-plugin-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const script = `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`;
  writeFileSync(join(folder, "pulumi-resource-clickpipes"), script, { mode: 0o755 });
  made = folder;
  return folder;
}
