import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(__dirname, "../..");

/** Every module that the public declarations import, directly or not. Modules of other packages are listed by name. */
function reachable(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, module = ""] of readFileSync(file, "utf8").matchAll(/from "([^"]+)"/g)) {
    if (module.startsWith(".")) reachable(resolve(dirname(file), `${module}.d.ts`), seen);
    else seen.add(module);
  }
  return seen;
}

test("the public declarations need no types of other packages except Pulumi's", () => {
  const packages = [...reachable(resolve(ROOT, "bin/index.d.ts"))].filter((name) => !name.startsWith("/"));
  expect(packages).toEqual(["@pulumi/pulumi"]);
});
