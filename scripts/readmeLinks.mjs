import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// npm's page shows README without the files next to it. `npm pack` and `npm publish` run this before (`prepack`), and with
// --restore after (`postpack`): in the tarball, README's links lead to the repository that package.json names.
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const README = join(ROOT, "README.md");
const KEPT = join(ROOT, ".cache", "README.md");

/** Makes relative links absolute: of pictures to the file itself, of pages to where the repository shows them. */
export function absoluteLinks(text, repository, ref) {
  const home = repository.replace(/^git\+/, "").replace(/\.git$/, "");
  return text.replace(/(!?)(\[[^\]]*\])\((?!https?:|#)([^)]+)\)/g, (_all, picture, words, path) => {
    const url = `${home}/${picture ? "raw" : "blob"}/${ref}/${path}`;
    return `${picture}${words}(${url})`;
  });
}

function main() {
  if (process.argv.includes("--restore")) {
    if (existsSync(KEPT)) renameSync(KEPT, README);
    return;
  }
  const { repository, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const url = repository?.url ?? repository;
  if (!url) {
    console.error("package.json names no `repository`: the links of README stay relative");
    return;
  }
  mkdirSync(dirname(KEPT), { recursive: true });
  copyFileSync(README, KEPT);
  writeFileSync(README, absoluteLinks(readFileSync(README, "utf8"), url, `v${version}`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
