import { readFile, writeFile } from "node:fs/promises";
import { isIPv4, isIPv6 } from "node:net";
import { dirname, join } from "node:path";
import { argv, exit } from "node:process";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command.mjs";

/** Refreshes the table of ClickPipes' addresses from what ClickHouse publishes: `node scripts/addresses.mjs`. */

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TABLE = join(ROOT, "provider", "ipAllowlist", "addresses", "staticIps.json");
/** `egress_ips` are the addresses of ClickHouse's services, not of ClickPipes. */
const FIELD = "clickpipes_egress_ips";
const CLOUDS = ["aws", "gcp"];

/**
 * The table with today's addresses. No answer contains the history (`since`, `before`), so it stays. A new region has none,
 * so both sets are allowed for its services until you look up the day.
 * @param {object} table the table as it is
 * @param {object} answer what ClickHouse published
 * @param {string} today
 * @returns {{ table: object, changes: string[] }}
 */
export function refreshedTable(table, answer, today) {
  const changes = [];
  const clouds = CLOUDS.map((cloud) => [
    cloud,
    refreshedCloud(cloud, table[cloud], publishedRegions(answer, cloud), changes),
  ]);
  return { table: { ...table, asOf: today, ...Object.fromEntries(clouds) }, changes };
}

function refreshedCloud(cloud, known, published, changes) {
  const regions = { ...known };
  for (const [region, ips] of published) {
    const before = known[region];
    if (before && sameSet(before.ips, ips)) continue;
    changes.push(before ? `${cloud} ${region}: ${difference(before.ips, ips)}` : newRegion(cloud, region));
    regions[region] = before ? { ...before, ips } : { ...defaultBefore(cloud, region), ips };
  }
  for (const region of Object.keys(known)) {
    if (!published.has(region)) changes.push(`${cloud} ${region}: not published any more, kept as it was: look it up`);
  }
  return regions;
}

function newRegion(cloud, region) {
  const what = cloud === "aws" ? ": look up from which day on and write it as `since`" : "";
  return `${cloud} ${region}: new${what}`;
}

/** On AWS a service that is older than its region's addresses uses those of the default region. */
function defaultBefore(cloud, region) {
  if (cloud !== "aws") return {};
  return { before: region.startsWith("eu") ? "eu-central-1" : "us-east-2" };
}

function publishedRegions(answer, cloud) {
  const regions = answer?.[cloud];
  if (!Array.isArray(regions)) throw new Error(`the answer has no list "${cloud}"`);
  const withAddresses = regions.filter((entry) => Array.isArray(entry?.[FIELD]) && entry[FIELD].length > 0);
  if (withAddresses.length === 0) throw new Error(`no region under "${cloud}" has "${FIELD}"`);
  return new Map(withAddresses.map((entry) => [regionName(entry, cloud), addresses(entry, cloud)]));
}

function regionName({ region }, cloud) {
  if (typeof region === "string" && /^[a-z0-9-]+$/.test(region)) return region;
  throw new Error(`an entry under "${cloud}" has no region: ${JSON.stringify(region)}`);
}

function addresses({ region, [FIELD]: ips }, cloud) {
  const wrong = ips.filter((ip) => typeof ip !== "string" || !(isIPv4(ip) || isIPv6(ip)));
  if (wrong.length > 0) throw new Error(`${cloud} ${region} has what is no address: ${JSON.stringify(wrong)}`);
  return [...new Set(ips)];
}

function sameSet(one, other) {
  return one.length === other.length && one.every((ip) => other.includes(ip));
}

function difference(before, after) {
  const added = after.filter((ip) => !before.includes(ip)).map((ip) => `+${ip}`);
  const gone = before.filter((ip) => !after.includes(ip)).map((ip) => `-${ip}`);
  return [...added, ...gone].join(" ");
}

async function fetchPublished(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return await response.json();
  } catch (error) {
    const reason = error.cause?.code ?? error.message;
    throw new Error(
      `${url} gave no list (${reason}). The table stays as it is; try where the internet can be reached.`,
    );
  }
}

async function main() {
  const table = JSON.parse(await readFile(TABLE, "utf8"));
  // Names the field after the URL, for readers.
  const url = argv[2] ?? table.api.split(" ")[0];
  const today = new Date().toISOString().slice(0, 10);
  const refreshed = refreshedTable(table, await fetchPublished(url), today);
  await writeFile(TABLE, `${JSON.stringify(refreshed.table, null, 2)}\n`);
  await runCommand("npx", ["biome", "format", "--write", TABLE], { cwd: ROOT });
  for (const change of refreshed.changes) console.log(change);
  console.log(
    `${TABLE} is as of ${today}, ${refreshed.changes.length || "no"} changes. Compare it with ${table.source}.`,
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(error.message);
    exit(1);
  });
}
