import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const BIN = resolve(__dirname, "../../bin");

test("a program loads the resources and a few modules without dependencies, but nothing that only the provider needs", () => {
  const program = "require(process.argv[1]); console.log(Object.keys(require.cache).join('\\n'))";
  const loaded = execFileSync(process.execPath, ["-e", program, `${BIN}/index.js`], { encoding: "utf8" })
    .trim()
    .split("\n");
  const ours = loaded.filter((file) => file.startsWith(BIN)).map((file) => file.slice(BIN.length + 1));
  expect(ours.filter((file) => !file.startsWith("resources/")).sort()).toEqual([
    "errors.js",
    "index.js",
    "lifecycle/argumentNames.js",
    "lifecycle/connectionUri.js",
    "lifecycle/defaults.js",
    "lifecycle/refusals.js",
    "lifecycle/settings.js",
    "postgres/errors.js",
    "postgres/sqlstate.js",
  ]);
  expect(loaded.filter((file) => /node_modules\/pg/.test(file))).toEqual([]);
});
