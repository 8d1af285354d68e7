import { readFileSync, writeFileSync } from "node:fs";

// npm omits optional packages of other platforms from the lock file if a registry does not show them. `npm ci` then refuses
// the lock file that npm wrote itself (npm/cli#4828). Run `npm run lock` after each `npm install` to add them.
const FILE = "package-lock.json";
const OS = {
  android: "android",
  darwin: "darwin",
  freebsd: "freebsd",
  linux: "linux",
  openharmony: "openharmony",
  win32: "win32",
  windows: "win32",
};
const CPU = ["x64", "arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "wasm32"];

const lock = JSON.parse(readFileSync(FILE, "utf8"));
let added = 0;
for (const [path, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(optionalDependencies)) {
    const version = range.replace(/^[\^~]/, "");
    const place = placeFor(path, name, version);
    if (place === undefined) continue;
    lock.packages[place] = { version, ...platform(name), ...(dev && { dev }), optional: true };
    added++;
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
console.log(`${added} optional packages added to ${FILE}`);

/** Where Node would look for it from `path`. Undefined if this version is there already. */
function placeFor(path, name, version) {
  let occupied = false;
  for (let at = path; ; at = at.slice(0, Math.max(at.lastIndexOf("/node_modules/"), 0))) {
    const found = lock.packages[`${at && `${at}/`}node_modules/${name}`];
    if (found?.version === version) return undefined;
    occupied ||= found !== undefined;
    if (at === "") return `${occupied && path ? `${path}/` : ""}node_modules/${name}`;
  }
}

function platform(name) {
  const words = name.replace(/^.*\//, "").split(/[-_]/);
  const os = words.map((word) => OS[word]).find(Boolean);
  const cpu = words.find((word) => CPU.includes(word));
  return { ...(cpu && { cpu: [cpu] }), ...(os && { os: [os] }) };
}
