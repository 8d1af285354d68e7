import { isIPv4 } from "node:net";
import { describe, expect, test } from "vitest";
import { ADDRESSES_AS_OF, type Region, regionAddresses } from "../../../provider/ipAllowlist/addresses/regions";
import staticIps from "../../../provider/ipAllowlist/addresses/staticIps.json";

const OHIO = ["3.131.130.196", "3.23.172.68", "3.20.208.150", "3.132.20.192", "18.119.76.110", "3.134.185.180"];
const FRANKFURT = ["18.195.233.217", "3.127.86.90", "35.157.23.2", "18.197.167.47", "3.122.25.29", "52.28.148.40"];
const IRELAND = ["54.228.1.92", "54.72.101.254", "54.228.16.208", "54.76.200.104", "52.211.2.177", "54.77.10.134"];
const OREGON = ["52.42.100.5", "44.242.47.162", "52.40.44.52", "44.227.206.163", "44.246.241.23", "35.83.230.19"];
const GCP_LONDON = ["35.242.131.178", "34.39.77.101", "34.39.47.179", "34.89.53.234", "8.228.63.151"];
const GCP_IOWA = ["34.28.24.54", "34.42.56.195", "34.63.141.9", "35.238.146.37", "34.10.251.49"];

const of = (cloud: Region["cloud"], region: string, more: Partial<Region> = {}) =>
  regionAddresses({ cloud, region, ...more });
const known = (ips: string[]) => ({ ips, unknownRegion: false });

describe("AWS", () => {
  test.each([
    ["eu-west-1", "2026-01-20", IRELAND],
    ["eu-west-1", "2026-01-19", FRANKFURT],
    ["eu-west-1", "2026-01-20T00:00:00Z", IRELAND],
    ["eu-west-1", "2026-01-19T23:59:59.999Z", FRANKFURT],
    ["eu-west-1", "2026-01-20T01:00:00+02:00", FRANKFURT],
    ["us-west-2", "2025-06-24", OREGON],
    ["us-west-2", "2025-06-23", OHIO],
    ["us-west-2", "2019-01-01", OHIO],
  ])("a service in %s created on %s uses the addresses of that day", (region, serviceCreated, ips) => {
    expect(of("aws", region, { serviceCreated })).toEqual(known(ips));
  });

  test("without the day of the service, both sets are allowed", () => {
    expect(of("aws", "eu-west-1")).toEqual(known([...IRELAND, ...FRANKFURT]));
    expect(of("aws", "us-west-2")).toEqual(known([...OREGON, ...OHIO]));
  });

  test("a region that has always had its own addresses needs no day", () => {
    expect(of("aws", "us-east-2")).toEqual(known(OHIO));
    expect(of("aws", "eu-central-1", { serviceCreated: "2020-01-01" })).toEqual(known(FRANKFURT));
    expect(of("aws", "us-east-1").ips).toHaveLength(9);
  });

  test("an unknown region gets the addresses of the default region, and is marked as unknown", () => {
    expect(of("aws", "ca-west-1")).toEqual({ ips: OHIO, unknownRegion: true });
    expect(of("aws", "eu-south-2")).toEqual({ ips: FRANKFURT, unknownRegion: true });
    expect(of("aws", "us-esat-1")).toEqual({ ips: OHIO, unknownRegion: true });
  });

  test("the day of the first ClickPipe does not matter", () => {
    expect(of("aws", "us-west-2", { firstClickPipe: "2020-01-01" })).toEqual(of("aws", "us-west-2"));
  });
});

describe("GCP", () => {
  test.each([
    ["europe-west2", "2026-06-15", GCP_LONDON],
    ["europe-west2", "2026-06-14", FRANKFURT],
    ["us-central1", "2026-06-15T00:00:00Z", GCP_IOWA],
    ["us-central1", "2026-06-14T23:59:59Z", OHIO],
  ])(
    "a service in %s whose first ClickPipe was created on %s uses the addresses of that day",
    (region, firstClickPipe, ips) => {
      expect(of("gcp", region, { firstClickPipe })).toEqual(known(ips));
    },
  );

  test("without the day of the first ClickPipe, both sets are allowed", () => {
    expect(of("gcp", "europe-west2")).toEqual(known([...GCP_LONDON, ...FRANKFURT]));
    expect(of("gcp", "us-central1", { serviceCreated: "2026-08-01" })).toEqual(known([...GCP_IOWA, ...OHIO]));
  });

  test("an unknown region gets the addresses of the default region, and is marked as unknown", () => {
    expect(of("gcp", "europe-north1")).toEqual({ ips: FRANKFURT, unknownRegion: true });
    expect(of("gcp", "me-central1")).toEqual({ ips: OHIO, unknownRegion: true });
  });
});

describe("Azure", () => {
  test.each([
    ...[
      "westeurope",
      "northeurope",
      "germanywestcentral",
      "francecentral",
      "swedencentral",
      "uksouth",
      "polandcentral",
    ],
    ...["italynorth", "spaincentral", "norwayeast", "switzerlandnorth"],
  ])("%s has the addresses of Frankfurt", (region) => {
    expect(of("azure", region)).toEqual(known(FRANKFURT));
  });

  test.each(["eastus2", "westus3", "uaenorth", "australiaeast", "japaneast"])(
    "%s has the addresses of Ohio",
    (region) => {
      expect(of("azure", region)).toEqual(known(OHIO));
    },
  );
});

describe("the table of addresses", () => {
  const aws = Object.entries(
    staticIps.aws as Record<string, { since?: string | null; before?: string; ips: string[] }>,
  );
  const gcp = Object.entries(staticIps.gcp);

  test("is dated", () => {
    expect(ADDRESSES_AS_OF).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(new Date(ADDRESSES_AS_OF).getTime()).toBeLessThanOrEqual(Date.now());
  });

  test.each([...aws, ...gcp])("lists addresses for %s, each once", (_region, { ips }) => {
    expect(ips.length).toBeGreaterThanOrEqual(5);
    expect(new Set(ips).size).toBe(ips.length);
    expect(ips.filter((ip) => !isIPv4(ip))).toEqual([]);
  });

  test.each(aws)(
    "names an earlier region for %s that has always had its own addresses",
    (region, { since, before }) => {
      if (since === null) return expect(before).toBeUndefined();
      const expected = region.startsWith("eu-") ? "eu-central-1" : "us-east-2";
      expect(before).toBe(expected);
      expect((staticIps.aws as Record<string, { since: unknown }>)[expected]?.since).toBeNull();
    },
  );

  test("shares no address between the regions of two clouds", () => {
    const awsIps = new Set(aws.flatMap(([, { ips }]) => ips));
    expect(gcp.flatMap(([, { ips }]) => ips).filter((ip) => awsIps.has(ip))).toEqual([]);
  });
});
