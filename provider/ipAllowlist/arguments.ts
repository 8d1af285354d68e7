import { type Arguments, canonicalList } from "../lifecycle/arguments";
import type { Unmarked } from "../lifecycle/lifecycle";
import { readProjectId } from "../lifecycle/projectId";
import { hasUnknown, isUnknown, UNKNOWN_TEXT, unknownAs } from "../lifecycle/unknown";
import { compareText } from "../text";
import { canonicalEntry, parseEntry } from "./addresses/entry";
import { isClickPipes, type Region, regionAddresses } from "./addresses/regions";
import type { AllowlistInputs } from "./state";

export function checkArguments(args: Arguments): Unmarked<AllowlistInputs> {
  const region = readRegion(args);
  const ips = readIps(args);
  const whenOpen = args.oneOf("whenOpen", "leaveOpen", "restrict") ?? "leaveOpen";
  if (region === undefined && (ips === undefined || ips.length === 0) && args.problems.length === 0) {
    args.problem("clickPipesRegion", "specify the cloud and region of the ClickHouse service, or `ips`, or both");
  }
  if (whenOpen === "restrict" && !hasUnknown(ips) && (ips ?? []).every(isClickPipes)) {
    args.problem(
      "ips",
      '`whenOpen: "restrict"` requires the addresses of your applications and of this machine, in addition to those of ClickPipes.\n' +
        "Every address that is not in the list is shut out.",
    );
  }
  return {
    projectId: readProjectId(args),
    clickPipesRegion: region,
    ips,
    addresses: resolveAddresses(region, ips),
    whenOpen,
    protectedBranchesOnly: args.flag("protectedBranchesOnly"),
    allowOpenOnDelete: args.flag("allowOpenOnDelete"),
  };
}

/** Undefined if it is not given, or not valid. */
function readRegion(args: Arguments): Region | undefined {
  const region = args.object("clickPipesRegion");
  if (!region) return args.is("clickPipesRegion", UNKNOWN_TEXT) ? unknownAs() : undefined;
  region.only("cloud", "region", "serviceCreated", "firstClickPipe");
  const cloud = region.oneOf("cloud", "aws", "gcp", "azure");
  const name = region.text("region", {
    required: true,
    pattern: /^[a-z0-9-]+$/,
    expected: 'a region such as "us-east-1"',
  });
  const serviceCreated = readDate(region, "serviceCreated");
  const firstClickPipe = readDate(region, "firstClickPipe");
  if (cloud === undefined && region.problems.length === 0) region.problem("cloud", "is required");
  args.problems.push(...region.problems);
  if (cloud === undefined || region.problems.length > 0) return undefined;
  return {
    cloud,
    region: name,
    ...(serviceCreated !== undefined && { serviceCreated }),
    ...(firstClickPipe !== undefined && { firstClickPipe }),
  };
}

function readDate(region: Arguments, name: string): string | undefined {
  const date = region.text(name);
  if (date === undefined || isUnknown(date) || isDate(date)) return date;
  region.problem(name, "expected a date in ISO 8601, such as 2026-01-31");
  return undefined;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) || Number.isNaN(Date.parse(text))) return false;
  // Date.parse takes a day that the month does not have for a day of the next month.
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

function readIps(args: Arguments): string[] | undefined {
  const list = args.list("ips", (value, path) => {
    const entry = typeof value === "string" ? value.trim().replace(/\s*-\s*/, "-") : undefined;
    if (entry !== undefined && parseEntry(entry)) return canonicalEntry(entry);
    // Text that does not look like an address may be a secret in the wrong place.
    const looksLikeAddress = entry !== undefined && /^([\da-f]{0,4}[.:/ -])*[\da-f]{0,4}$/i.test(entry);
    const quoted = looksLikeAddress ? `"${value}"` : "this";
    args.problem(
      path,
      `${quoted} is not an IP address, a-b range or CIDR block.\nNeon's proxy would accept it as an entry that lets no one in.`,
    );
    return undefined;
  });
  return canonicalList(list, compareText);
}

/** All entries to keep in the list, each in its canonical spelling. */
function resolveAddresses(region: Region | undefined, ips: string[] | undefined): string[] {
  if (hasUnknown([region, ips])) return unknownAs();
  const resolved = region ? regionAddresses(region).ips : [];
  return canonicalList([...resolved.map(canonicalEntry), ...(ips ?? [])], compareText) ?? [];
}
