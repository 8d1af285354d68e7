import { missingFrom } from "../addresses/allowlist";
import { canonicalEntry, parseEntry } from "../addresses/ipEntry";
import { type Region, regionAddresses } from "../addresses/regions";
import { compareText } from "../sql/table";
import { type Arguments, canonicalList, type Inputs } from "./arguments";
import type { Context } from "./context";
import { createAllowlist, removeAllowlist, updateAllowlist } from "./ipAllowlistChange";
import type { Found, Lifecycle } from "./lifecycle";
import { readProjectId } from "./logicalReplication";
import { hasUnknown, isUnknown, UNKNOWN_TEXT } from "./unknown";

export interface AllowlistInputs extends Inputs {
  mark: string;
  projectId: string;
  clickPipesRegion?: Region;
  ips?: string[];
  addresses: string[];
  whenOpen: "leaveOpen" | "restrict";
  protectedBranchesOnly?: boolean;
  allowOpenOnDelete?: boolean;
}

export interface AllowlistState extends AllowlistInputs {
  effective: "open" | "restricted";
  token: string;
  /** The entries that were not there before us, and so are ours to take out. */
  added: string[];
  /** `protected_branches_only` before us, where we changed it. */
  protectedBefore?: boolean;
}

export const ipAllowlist: Lifecycle = {
  needs: ({ whenOpen }) => (whenOpen === "restrict" ? ["neon", "postgres"] : ["neon"]),
  arguments: [
    "projectId",
    "clickPipesRegion",
    "ips",
    "addresses",
    "whenOpen",
    "protectedBranchesOnly",
    "allowOpenOnDelete",
  ],

  check(args) {
    const region = readRegion(args);
    const ips = readIps(args);
    const whenOpen = args.oneOf("whenOpen", "leaveOpen", "restrict") ?? "leaveOpen";
    if (region === undefined && ips === undefined && args.problems.length === 0) {
      args.problem("clickPipesRegion", "give the cloud and region of the ClickHouse service, or `ips`, or both");
    }
    if (whenOpen === "restrict" && (ips === undefined || (Array.isArray(ips) && ips.length === 0))) {
      args.problem(
        "ips",
        'with `whenOpen: "restrict"` list the addresses of your applications and of this machine: whoever is not in the list is shut out',
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
  },

  async look(context, _olds, inputs) {
    const { clickPipesRegion: region } = inputs as AllowlistInputs;
    if (region && regionAddresses(region).unknownRegion) {
      context.warn(
        `region ${region.region} of ${region.cloud} is in no table of ClickPipes addresses: those of the default region are used. Check ClickHouse's page on static IPs`,
      );
    }
  },

  replaces: (state, inputs) =>
    isUnknown(inputs.projectId) || state.projectId === inputs.projectId ? [] : ["projectId"],
  create: createAllowlist,
  read,
  update: updateAllowlist,
  remove: removeAllowlist,
};

function readRegion(args: Arguments): Region | undefined {
  const region = args.object("clickPipesRegion");
  if (!region) return args.is("clickPipesRegion", UNKNOWN_TEXT) ? (UNKNOWN_TEXT as unknown as Region) : undefined;
  region.only("cloud", "region", "serviceCreated", "firstClickPipe");
  const date = { pattern: /^\d{4}-\d\d-\d\d/, expected: "a date in ISO 8601, such as 2026-01-31" };
  const cloud = region.oneOf("cloud", "aws", "gcp", "azure");
  const name = region.text("region", {
    required: true,
    pattern: /^[a-z0-9-]+$/,
    expected: 'a region such as "us-east-1"',
  });
  const serviceCreated = region.text("serviceCreated", date);
  const firstClickPipe = region.text("firstClickPipe", date);
  if (cloud === undefined && region.problems.length === 0) region.problem("cloud", "is required");
  args.problems.push(...region.problems);
  return {
    cloud: cloud as Region["cloud"],
    region: name as string,
    ...(serviceCreated !== undefined && { serviceCreated }),
    ...(firstClickPipe !== undefined && { firstClickPipe }),
  };
}

function readIps(args: Arguments): string[] | undefined {
  const list = args.list("ips", (value, path) => {
    if (typeof value === "string" && parseEntry(value)) return canonicalEntry(value);
    const found = typeof value === "string" ? `"${value}"` : "something else";
    args.problem(
      path,
      `${found} is no IP address, a-b range or CIDR block; Neon's proxy would take it for an entry that lets nobody in`,
    );
    return undefined;
  });
  return canonicalList(list, compareText);
}

function resolveAddresses(region: Region | undefined, ips: string[] | undefined): string[] {
  if (hasUnknown([region, ips])) return UNKNOWN_TEXT as unknown as string[];
  if (region && (region.cloud === undefined || region.region === undefined)) return [];
  const resolved = region ? regionAddresses(region).ips : [];
  return canonicalList([...resolved.map(canonicalEntry), ...(ips ?? [])], compareText) ?? [];
}

async function read(context: Context, id: string, inputs: Inputs): Promise<Found | undefined> {
  const state = { ...inputs, projectId: inputs.projectId ?? id } as AllowlistState;
  const { allowed_ips: list = {} } = await context.neon.readSettings(state.projectId);
  const found = list.ips ?? [];
  const open = found.length === 0;
  const missing = open ? [] : missingFrom(found, state.addresses ?? []);
  const { protectedBranchesOnly } = state;
  const emptied = open && state.effective === "restricted";
  return {
    outputs: { effective: open ? "open" : "restricted" },
    inputs: {
      projectId: state.projectId,
      clickPipesRegion: state.clickPipesRegion,
      ips: state.ips,
      addresses: (state.addresses ?? []).filter((entry) => !missing.includes(entry)),
      whenOpen: state.whenOpen,
      ...(protectedBranchesOnly !== undefined && { protectedBranchesOnly: list.protected_branches_only ?? false }),
      allowOpenOnDelete: state.allowOpenOnDelete,
    },
    drift: emptied ? [`the IP Allow list of project ${state.projectId} was emptied: it is open to the world`] : [],
  };
}
