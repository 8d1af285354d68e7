import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(__dirname, "../..");
const FOLDERS = ["provider", "test", "scripts", "examples"].flatMap((folder) => [folder, ...foldersIn(folder)]);
const FILES = FOLDERS.flatMap((folder) => filesIn(folder)).filter((file) => /\.(ts|mts|mjs)$/.test(file));

test("no folder holds more than twenty files", () => {
  const sizes = FOLDERS.map((folder) => ({ folder, files: filesIn(folder).length }));
  expect(sizes.length).toBeGreaterThan(40);
  expect(sizes.filter(({ files }) => files > 20)).toEqual([]);
});

test("no file is longer than 250 lines, and half of the provider's have 90 or fewer", () => {
  const lengths = FILES.map((file) => ({ file, lines: linesOf(file) }));
  expect(lengths.filter(({ lines }) => lines > 250)).toEqual([]);
  const sorted = lengths.filter(({ file }) => file.startsWith("provider/")).map(({ lines }) => lines);
  sorted.sort((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(90);
});

test("no file repeats the name of its folder", () => {
  const repeating = FILES.filter((file) => {
    const [name = "", folder = ""] = [basename(file), basename(join(file, ".."))].map((one) => one.toLowerCase());
    return name.startsWith(folder) && /^[A-Z]/.test(basename(file).slice(folder.length));
  });
  expect(repeating).toEqual([]);
});

test("the compiler is overruled at most eight times in the provider", () => {
  const casts = FILES.filter((file) => file.startsWith("provider/")).flatMap((file) =>
    textOf(file)
      .split("\n")
      .filter((line) => line.includes("as unknown as"))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(casts.length, casts.join("\n")).toBeLessThanOrEqual(8);
});

function foldersIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !["node_modules", "bin"].includes(entry.name))
    .flatMap(({ name }) => [`${folder}/${name}`, ...foldersIn(`${folder}/${name}`)]);
}

function filesIn(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder));
  return names.filter((name) => statSync(join(ROOT, folder, name)).isFile()).map((name) => `${folder}/${name}`);
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function linesOf(file: string): number {
  return textOf(file).trimEnd().split("\n").length;
}
