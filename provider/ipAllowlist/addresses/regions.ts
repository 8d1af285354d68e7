import { nearest } from "../../text";
import staticIps from "./staticIps.json";

export interface Region {
  cloud: "aws" | "gcp" | "azure";
  /** The region of the ClickHouse service, not of the Neon project. */
  region: string;
  /** ISO dates. */
  serviceCreated?: string;
  firstClickPipe?: string;
}

export interface RegionAddresses {
  ips: string[];
  /** Whether the region is in no table, so that these are the addresses of the default region. */
  unknownRegion: boolean;
}

interface Entry {
  /** The day from which on the addresses are used. Null: always. Undefined: not known. */
  since?: string | null;
  /** The region whose addresses older services use. */
  before?: string;
  ips: string[];
}

const AWS = staticIps.aws as Record<string, Entry>;
const GCP = staticIps.gcp as Record<string, Entry>;

/** The day on which the table was copied from ClickHouse's documentation. */
export const ADDRESSES_AS_OF = staticIps.asOf;

const EUROPEAN_AZURE =
  /europe|^(austria|belgium|denmark|finland|france|germany|greece|italy|norway|poland|spain|sweden|switzerland|uk)/;
/** From this day on, new ClickPipes of a GCP service run in the service's own region. */
const GCP_SINCE = "2026-06-15";

/**
 * The addresses that ClickPipes may connect from, by the rules of ClickHouse's page on static IPs. If a date would decide between
 * two sets and is not given, both are returned.
 */
export function regionAddresses(region: Region): RegionAddresses {
  if (region.cloud === "azure")
    return { ips: ipsOf(defaultRegion(EUROPEAN_AZURE.test(region.region))), unknownRegion: false };
  return region.cloud === "aws" ? awsAddresses(region) : gcpAddresses(region);
}

/** The region of the table that may be meant by one that is not in it. */
export function nearestRegion({ cloud, region }: Region): string | undefined {
  return nearest(region, Object.keys(cloud === "gcp" ? GCP : AWS));
}

/** Tells whether ClickPipes use this address, in any region. */
export function isClickPipes(address: string): boolean {
  return [AWS, GCP].some((table) => Object.values(table).some(({ ips }) => ips.includes(address)));
}

function awsAddresses({ region, serviceCreated }: Region): RegionAddresses {
  const entry = entryOf(AWS, region);
  if (!entry) return { ips: ipsOf(defaultRegion(region.startsWith("eu"))), unknownRegion: true };
  const { since, before } = entry;
  if (since === null || before === undefined) return { ips: entry.ips, unknownRegion: false };
  if (since === undefined || serviceCreated === undefined)
    return { ips: [...entry.ips, ...ipsOf(before)], unknownRegion: false };
  return { ips: dayOf(serviceCreated) >= since ? entry.ips : ipsOf(before), unknownRegion: false };
}

function gcpAddresses({ region, firstClickPipe }: Region): RegionAddresses {
  const others = ipsOf(defaultRegion(region.startsWith("europe-")));
  const entry = entryOf(GCP, region);
  if (!entry) return { ips: others, unknownRegion: true };
  if (firstClickPipe === undefined) return { ips: [...entry.ips, ...others], unknownRegion: false };
  return { ips: dayOf(firstClickPipe) >= GCP_SINCE ? entry.ips : others, unknownRegion: false };
}

/** A plain lookup would also find names such as `constructor` on the prototype. */
function entryOf(table: Record<string, Entry>, region: string): Entry | undefined {
  return Object.hasOwn(table, region) ? table[region] : undefined;
}

function defaultRegion(european: boolean): string {
  return european ? "eu-central-1" : "us-east-2";
}

function ipsOf(awsRegion: string): string[] {
  return AWS[awsRegion]?.ips ?? [];
}

/** The day in UTC, like the days in the table. */
function dayOf(time: string): string {
  return new Date(time).toISOString().slice(0, 10);
}
