import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = resolve(__dirname, "../..");
const BIOME = require.resolve("@biomejs/biome/bin/biome");

/** A file of each layer, with what it may import and what it may not. Only the linter's rules know where imports may point. */
const LAYERS = [
  {
    file: "provider/errors.ts",
    may: ["node:util"],
    mayNot: ["./postgres/connection", "./user/change", "./lifecycle/run", "pg"],
  },
  {
    file: "provider/registry.ts",
    may: ["./errors", "./user/lifecycle", "./lifecycle/host"],
    mayNot: ["./resources/publication", "./dynamic/handler", "./postgres/connection", "@pulumi/pulumi"],
  },
  {
    file: "provider/resources/publication.ts",
    may: ["@pulumi/pulumi", "./pipe", "../lifecycle/argumentNames", "../lifecycle/settings", "../grants/uncovered"],
    mayNot: [
      ...["../user/lifecycle", "../publication/change", "../ipAllowlist/change", "../grants/sql/plan"],
      ...["../user/password/login", "../lifecycle/context", "../lifecycle/run", "../postgres/connection"],
      ...["../cli/main", "../dynamic/handler", "../registry", "pg", "pg/lib/client"],
    ],
  },
  {
    file: "provider/dynamic/handler.ts",
    may: ["@pulumi/pulumi", "../registry", "../lifecycle/host", "../errors"],
    mayNot: ["../user/create", "../resources/publication", "../cli/main", "../postgres/connection", "pg"],
  },
  {
    file: "provider/plugin/server.ts",
    may: [
      "@pulumi/pulumi/proto/provider_pb",
      "@grpc/grpc-js",
      "../registry",
      "../lifecycle/host",
      "../resources/served",
    ],
    mayNot: [
      ...["@pulumi/pulumi", "../user/create", "../resources/publication", "../dynamic/handler", "../cli/main"],
      ...["../postgres/connection", "../neon/client", "../index", "pg"],
    ],
  },
  {
    file: "provider/plugin/componentsWorker.ts",
    may: ["@pulumi/pulumi", "../resources/clickPipesSource"],
    mayNot: ["../registry", "../user/create", "../dynamic/handler", "../postgres/connection", "pg"],
  },
  {
    file: "provider/cli/check.ts",
    may: ["../readiness/gather", "../lifecycle/run", "../postgres/connections"],
    mayNot: ["../user/create", "../resources/publication", "../dynamic/handler", "../index", "@pulumi/pulumi"],
  },
  {
    file: "provider/lifecycle/host.ts",
    may: ["../neon/client", "../postgres/connections", "./run"],
    mayNot: ["../publication/state", "../user/sql/plan", "../registry", "@pulumi/pulumi/runtime", "pg"],
  },
  {
    file: "provider/ownership/whose.ts",
    may: ["./identity", "../postgres/sql/mark", "../errors"],
    mayNot: ["../lifecycle/context", "../user/ownership", "../neon/client", "../registry", "../dynamic/run", "pg"],
  },
  {
    file: "provider/pipe/leaves.ts",
    may: ["./sql/leaves", "../postgres/sql/table", "../errors"],
    mayNot: ["../lifecycle/context", "../grants/state", "../ownership/whose", "../neon/client", "../registry", "pg"],
  },
  {
    file: "provider/postgres/transaction.ts",
    may: ["pg", "./sql/statement", "../errors", "node:tls"],
    mayNot: ["../lifecycle/context", "../neon/client", "../user/sql/plan", "../resources/provider"],
  },
  {
    file: "provider/neon/client.ts",
    may: ["../errors", "../progress", "node:crypto"],
    mayNot: ["../lifecycle/context", "../postgres/errors", "../ipAllowlist/edit", "pg"],
  },
  {
    file: "provider/grants/change.ts",
    may: ["./sql/plan", "../lifecycle/context", "../postgres/transaction", "../neon/client"],
    mayNot: ["../user/create", "../publication/sql/plan", "../lifecycle/host", "../registry", "../dynamic/run", "pg"],
  },
  {
    file: "provider/readiness/gather.ts",
    may: ["../publication/sql/safety", "../postgres/connections"],
    mayNot: ["../publication/read", "../grants/sql/plan"],
  },
  {
    file: "provider/user/password/login.ts",
    may: ["../state", "../../lifecycle/context", "../../postgres/login"],
    mayNot: ["../../grants/change", "../../publication/sql/plan", "../../lifecycle/host", "../../registry"],
  },
  {
    file: "provider/publication/sql/plan.ts",
    may: ["./read", "../../postgres/sql/statement", "../../postgres/errors", "../../text"],
    mayNot: [
      ...["../commit", "../survey", "../lifecycle", "../../publication/change", "../../user/password/login"],
      ...["../../postgres/connection", "../../lifecycle/context", "../../neon/client", "pg", "node:fs", "node:dns"],
    ],
  },
  {
    file: "provider/readiness/checks/tables.ts",
    may: ["../check", "../sql/tables", "../../publication/sql/safety"],
    mayNot: ["../probe", "../gather", "../../publication/read", "../../postgres/session"],
  },
  {
    file: "provider/ipAllowlist/addresses/entry.ts",
    may: ["node:net", "./plan"],
    mayNot: ["../journal", "../state", "../../neon/client", "node:http"],
  },
  {
    file: "provider/postgres/sql/table.ts",
    may: ["./statement", "../errors", "../../text"],
    mayNot: ["../connection", "../transaction", "../../publication/commit", "../../user/sql/plan", "pg"],
  },
  {
    file: "provider/postgres/sql/statement.ts",
    may: ["pg"],
    mayNot: ["../connection", "node:fs", "../../lifecycle/context"],
  },
];

let folder: string;
let found: Map<string, string[]>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "directions-"));
  const config = JSON.parse(readFileSync(join(ROOT, "biome.json"), "utf8"));
  writeFileSync(join(folder, "biome.json"), JSON.stringify({ ...config, vcs: { enabled: false } }));
  for (const { file, may, mayNot } of LAYERS) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), [...may, ...mayNot].map((from) => `import "${from}";\n`).join(""));
  }
  found = restrictedImports();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(LAYERS)("$file imports only from layers below", ({ file, mayNot }) => {
  expect(found.get(file)?.sort()).toEqual([...mayNot].sort());
});

/** What the linter finds restricted, by file. */
function restrictedImports(): Map<string, string[]> {
  const args = ["lint", "--only=style/noRestrictedImports", "--reporter=json", "--max-diagnostics=1000", "."];
  const { diagnostics } = JSON.parse(runToEnd(args)) as { diagnostics: Diagnostic[] };
  const byFile = new Map<string, string[]>();
  for (const { location } of diagnostics) {
    const line = readFileSync(join(folder, location.path), "utf8").split("\n")[location.start.line - 1] ?? "";
    const from = /"(.*)"/.exec(line)?.[1] ?? line;
    byFile.set(location.path, [...(byFile.get(location.path) ?? []), from]);
  }
  return byFile;
}

interface Diagnostic {
  location: { path: string; start: { line: number } };
}

/** The linter exits with an error because it finds something. */
function runToEnd(args: string[]): string {
  try {
    return execFileSync(process.execPath, [BIOME, ...args], { cwd: folder, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
