import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { programIn, ROOT } from "../support/docs/snippets";
import { installPackage } from "../support/engine/installation";

const RECIPES = "docs/recipes.md";
const TSX = pathToFileURL(createRequire(join(ROOT, "package.json")).resolve("tsx")).href;
const CONFIG = {
  "clickpipes:connectionUri": "postgres://owner:password@ep-a.neon.tech/neondb",
  "app:analyticsUri": "postgres://owner:password@ep-a.neon.tech/analytics",
  "app:clickpipesPassword": "password",
  "app:clickhouseService": "service",
  "app:passwordVersion": "2026-11",
};

/** Runs a program with Pulumi's mocks, and prints what it creates. */
const RUNNER = `
const pulumi = require("@pulumi/pulumi");
const made = {};
const newResource = ({ name, type, inputs }) => {
  made[name] = { type: type.split(":").pop(), ...inputs };
  return { id: name, state: { ...inputs, password: "generated", publishedTables: [], excludedColumns: [] } };
};
(async () => {
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "app", "dev");
  pulumi.runtime.setAllConfig(${JSON.stringify(CONFIG)});
  require("./index.ts");
  await pulumi.runtime.disconnect();
  console.log("MADE" + JSON.stringify(made));
})();
`;
const CLICKHOUSE = `
const pulumi = require("@pulumi/pulumi");
exports.Clickpipe = class extends pulumi.CustomResource {
  constructor(name, args, opts) { super("clickhouse:index:Clickpipe", name, args, opts); }
};
`;

describe("the recipes", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "clickpipes-recipe-"));
    installPackage(folder, {});
    write("package.json", '{ "name": "app" }');
    write("node_modules/@pulumi/clickhouse/index.js", CLICKHOUSE);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }

  const node = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", TSX, ...args], { cwd: folder, encoding: "utf8" });

  function make(heading: string): Record<string, Record<string, unknown>> {
    write("index.ts", programIn(RECIPES, heading));
    write("run.cjs", RUNNER);
    const { stdout, stderr } = node("run.cjs");
    return JSON.parse(stdout.split("MADE")[1] ?? `nothing was made: ${stderr}`);
  }

  test("A second database: the second source shares the role, the setting and the list", () => {
    const made = make("A second database");
    expect(Object.keys(made).filter((name) => name.startsWith("orders-"))).toHaveLength(6);
    expect(
      Object.keys(made)
        .filter((name) => name.startsWith("analytics-"))
        .sort(),
    ).toEqual([...["analytics-grants", "analytics-publication", "analytics-readiness"]]);
    expect(made["analytics-grants"]).toMatchObject({ role: "clickpipes_user", schemas: ["public"] });
  });

  test("A branch for each pull request: adopts, with a password of its own, and leaves the project alone", () => {
    const made = make("A branch for each pull request");
    expect(made["orders-user"]).toMatchObject({ adopt: true, passwordVersion: 1 });
    expect(made["orders-publication"]).toMatchObject({ adopt: true });
    expect(Object.keys(made)).not.toContain("orders-ip-allowlist");
    expect(Object.keys(made)).not.toContain("orders-logical-replication");
  });

  test("From general Postgres resources: adopts under the names that there are", () => {
    const made = make("From general Postgres resources");
    expect(made["orders-user"]).toMatchObject({
      adopt: true,
      name: "clickpipes_user",
      password: { value: "password" },
    });
    expect(made["orders-publication"]).toMatchObject({ adopt: true, name: "clickpipes" });
  });

  test("Several pipes on one source: each has its table", () => {
    const made = make("Several pipes on one source");
    for (const table of ["orders", "customers"]) {
      const { type, source } = made[table] as { type: string; source: { postgres: { tableMappings: object[] } } };
      expect(type).toBe("Clickpipe");
      expect(source.postgres.tableMappings).toEqual([
        { sourceSchemaName: "public", sourceTable: table, targetTable: table },
      ]);
      expect(source.postgres).toMatchObject({ settings: { publicationName: "clickpipes_publication" } });
    }
  });

  test("Rotation on a schedule: the version comes from the config", () => {
    expect(make("Rotation on a schedule")["orders-user"]).toMatchObject({ passwordVersion: "2026-11" });
  });

  test("Unit tests: it passes for README's program, and fails for another publication", () => {
    write("index.test.ts", programIn(RECIPES, "Unit tests"));
    write("index.ts", programIn("README.md"));
    expect(node("--test", "index.test.ts").stdout).toMatch(/pass 1\n/);
    write("index.ts", programIn("README.md").replace("tables:", 'publication: { name: "other" }, tables:'));
    expect(node("--test", "index.test.ts")).toMatchObject({ status: 1, stdout: expect.stringContaining("'other'") });
  });
});
