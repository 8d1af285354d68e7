import staticIps from "./staticIps.json";

export interface Region {
  cloud: "aws" | "gcp" | "azure";
  /** Of the ClickHouse service, not of the Neon project. */
  region: string;
  /** ISO dates. */
  serviceCreated?: string;
  firstClickPipe?: string;
}

export interface RegionAddresses {
  ips: string[];
  /** The region is in no table: these are the default region's. */
  unknownRegion: boolean;
}

interface Entry {
  /** From which day on; null: always. Left out: not known. */
  since?: string | null;
  /** The region that serves older services. */
  before?: string;
  ips: string[];
}

const AWS = staticIps.aws as Record<string, Entry>;
const GCP = staticIps.gcp as Record<string, Entry>;

/** The day the table was taken from ClickHouse's documentation. */
export const ADDRESSES_AS_OF = staticIps.asOf;

const EUROPEAN_AZURE =
  /europe|^(austria|belgium|denmark|finland|france|germany|greece|italy|norway|poland|spain|sweden|switzerland|uk)/;
/** From this day on, ClickPipes of a GCP service start in the service's own region. */
const GCP_SINCE = "2026-06-15";

/**
 * From where ClickPipes may connect, by the rules of ClickHouse's page on static IPs. Where a date that decides is not
 * given, both possibilities are allowed in.
 */
export function regionAddresses(region: Region): RegionAddresses {
  if (region.cloud === "azure")
    return { ips: ipsOf(defaultRegion(EUROPEAN_AZURE.test(region.region))), unknownRegion: false };
  return region.cloud === "aws" ? awsAddresses(region) : gcpAddresses(region);
}

/** Whether an address is one of ClickPipes', of whatever region. */
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

/** A table is an object, whose prototype would answer to some names too. */
function entryOf(table: Record<string, Entry>, region: string): Entry | undefined {
  return Object.hasOwn(table, region) ? table[region] : undefined;
}

function defaultRegion(european: boolean): string {
  return european ? "eu-central-1" : "us-east-2";
}

function ipsOf(awsRegion: string): string[] {
  return AWS[awsRegion]?.ips ?? [];
}

/** In UTC, as the days in the table are taken. */
function dayOf(time: string): string {
  return new Date(time).toISOString().slice(0, 10);
}
