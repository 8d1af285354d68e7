import { expect, test } from "vitest";
import { Managed } from "../support/managed";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const CONFIG = { "clickpipes:neonApiKey": "napi_key", "clickpipes:neonApiUrl": "http://127.0.0.1:1/api/v2" };
const check = (args: object, config: Record<string, string> = CONFIG) =>
  new Managed("IpAllowlist", "allowlist", config).check({ projectId: "river-1", ...args });
const refusal = async (args: object, config?: Record<string, string>): Promise<string> =>
  check(args, config).then(
    () => "nothing",
    (error: Error) => error.message,
  );

const REGION = { cloud: "aws", region: "us-east-2" };

test("the addresses of the region and those in `ips` become one sorted list in canonical form", async () => {
  const ips = ["10.0.0.7/8", "2001:DB8:0::1", " 192.0.2.1 - 192.0.2.1 ", "3.131.130.196/32", "10.0.0.0/8"];
  const inputs = await check({ clickPipesRegion: REGION, ips });
  expect(inputs.ips).toEqual(["10.0.0.0/8", "192.0.2.1", "2001:db8::1", "3.131.130.196"]);
  expect(inputs.addresses).toEqual([
    ...["10.0.0.0/8", "18.119.76.110", "192.0.2.1", "2001:db8::1", "3.131.130.196", "3.132.20.192"],
    ...["3.134.185.180", "3.20.208.150", "3.23.172.68"],
  ]);
  expect(inputs.whenOpen).toBe("leaveOpen");
});

test("a different spelling or order makes no diff", async () => {
  const one = await check({ ips: ["10.0.0.0/8", "192.0.2.1"] });
  const other = await check({ ips: ["192.0.2.1/32", "10.255.0.1/8", "192.0.2.1"] });
  expect(other).toEqual(one);
});

test("an argument that is not known yet stays unknown, and so do the addresses", async () => {
  const unknown = [
    { clickPipesRegion: UNKNOWN },
    { clickPipesRegion: { cloud: "aws", region: UNKNOWN } },
    { clickPipesRegion: { cloud: UNKNOWN, region: "us-east-2" } },
    { clickPipesRegion: { ...REGION, serviceCreated: UNKNOWN } },
    { clickPipesRegion: REGION, ips: UNKNOWN },
    { ips: ["192.0.2.1", UNKNOWN] },
    { ips: UNKNOWN, whenOpen: "restrict" },
  ];
  const config = { ...CONFIG, "clickpipes:connectionUri": "postgres://u:p@127.0.0.1:1/d" };
  for (const args of unknown) {
    const inputs = await check(args, config);
    expect(inputs.addresses, JSON.stringify(args)).toBe(UNKNOWN);
    expect(inputs).toMatchObject(args);
  }
  expect(await check({ projectId: UNKNOWN, ips: ["192.0.2.1"] })).toMatchObject({ projectId: UNKNOWN });
});

test.each([
  ...[
    "192.0.2.256",
    "192.0.2.0/33",
    "192.0.2.9-192.0.2.1",
    "2001:db8::/129",
    "192.0.2.01",
    "192.0.2.1-2001:db8::1",
    "",
  ],
])("the entry %j is refused, and the error quotes it", async (entry) => {
  expect(await refusal({ ips: ["192.0.2.1", entry] })).toBe(
    `ips[1]: "${entry}" is not an IP address, a-b range or CIDR block.\nNeon's proxy would accept it as an entry that lets no one in.`,
  );
});

test("an entry that may be a secret in the wrong place is refused, and the error does not quote it", async () => {
  const message = await refusal({ ips: ["npg_Secret123"] });
  expect(message).toMatch(/^ips\[0\]: this is not an IP address/);
  expect(message).not.toContain("Secret");
  expect(await refusal({ ips: ["0123456789abcdef0123456789abcdef"] })).toMatch(/^ips\[0\]: this is not an IP address/);
  expect(await refusal({ ips: [7] })).toMatch(/^ips\[0\]: this is not an IP address/);
});

test.each([
  [{}, /^clickPipesRegion: specify the cloud and region of the ClickHouse service, or `ips`, or both$/],
  [{ ips: [] }, /^clickPipesRegion: specify the cloud and region/],
  [{ ips: "192.0.2.1" }, /^ips: expected a list, found a string$/],
  [{ clickPipesRegion: "us-east-1" }, /^clickPipesRegion: expected an object, found a string$/],
  [{ clickPipesRegion: { region: "us-east-1" } }, /^clickPipesRegion.cloud: is required$/],
  [{ clickPipesRegion: { cloud: "aws" } }, /^clickPipesRegion.region: is required$/],
  [
    { clickPipesRegion: { cloud: "ibm", region: "x" } },
    /^clickPipesRegion.cloud: expected one of "aws", "gcp", "azure"/,
  ],
  [{ clickPipesRegion: { cloud: "aws", region: "US East" } }, /^clickPipesRegion.region: expected a region such as/],
  [{ clickPipesRegion: { ...REGION, zone: 1 } }, /^clickPipesRegion.zone: there is no such argument$/],
  [
    { clickPipesRegion: { ...REGION, serviceCreated: "last May" } },
    /^clickPipesRegion.serviceCreated: expected a date/,
  ],
  [
    { clickPipesRegion: { ...REGION, serviceCreated: "2026-02-30" } },
    /^clickPipesRegion.serviceCreated: expected a date/,
  ],
  [
    { clickPipesRegion: { ...REGION, firstClickPipe: "2026-13-01" } },
    /^clickPipesRegion.firstClickPipe: expected a date/,
  ],
  [{ clickPipesRegion: REGION, whenOpen: "close" }, /^whenOpen: expected one of "leaveOpen", "restrict"/],
  [{ clickPipesRegion: REGION, protectedBranchesOnly: "yes" }, /^protectedBranchesOnly: expected true or false/],
  [{ clickPipesRegion: REGION, projectId: "no id" }, /^projectId: expected the id of a Neon project/],
  [{ clickPipesRegion: REGION, project: "river-1" }, /^project: there is no such argument$/],
])("%j is refused", async (args, expected) => {
  expect(await refusal(args)).toMatch(expected);
});

test("closing an open list requires addresses in addition to ClickPipes', and a connection to prove the result", async () => {
  const config = { ...CONFIG, "clickpipes:connectionUri": "postgres://u:p@127.0.0.1:1/d" };
  const expected = 'ips: `whenOpen: "restrict"` requires the addresses of your applications and of this machine';
  expect(await refusal({ clickPipesRegion: REGION, whenOpen: "restrict" }, config)).toContain(expected);
  expect(await refusal({ clickPipesRegion: REGION, ips: [], whenOpen: "restrict" }, config)).toContain(expected);
  const ips = ["3.131.130.196/32", "18.195.233.217"];
  expect(await refusal({ clickPipesRegion: REGION, ips, whenOpen: "restrict" }, config)).toContain(expected);
  expect(await refusal({ ips: ["192.0.2.1"], whenOpen: "restrict" })).toContain("no connection to Postgres");
  expect(await refusal({ ips: ["192.0.2.1"] }, { ...CONFIG, "clickpipes:neonApiKey": "" })).toContain(
    "no Neon API key",
  );
});
