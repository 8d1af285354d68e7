import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import staticIps from "../../../provider/ipAllowlist/addresses/staticIps.json";

const load = () => import("../../../scripts/addresses.mjs");
let refreshedTable: Awaited<ReturnType<typeof load>>["refreshedTable"];
beforeAll(async () => {
  ({ refreshedTable } = await load());
});

const TODAY = "2027-01-31";
const TABLE = {
  asOf: "2026-08-21",
  source: "the documentation",
  api: "https://example.com/static-ips.json (field clickpipes_egress_ips)",
  aws: {
    "us-east-2": { name: "Ohio", since: null, ips: ["192.0.2.1", "192.0.2.2"] },
    "us-west-2": { name: "Oregon", since: "2025-06-24", before: "us-east-2", ips: ["192.0.2.3"] },
  },
  gcp: { "us-east1": { name: "South Carolina", since: "2026-05-27", ips: ["192.0.2.4"] } },
};

const entry = (region: string, ...ips: string[]) => ({
  region,
  // ClickHouse's own addresses, which are not those of ClickPipes.
  egress_ips: ["203.0.113.1"],
  clickpipes_egress_ips: ips,
});
const GCP = [entry("us-east1", "192.0.2.4")];
const AWS = [entry("us-east-2", "192.0.2.2", "192.0.2.1"), entry("us-west-2", "192.0.2.3")];
const published = (aws: object[] = AWS, gcp: object[] = GCP) => ({ aws, gcp, azure: [{ region: "eastus2" }] });

test("if no address has changed, only the day changes, and the order stays", () => {
  expect(refreshedTable(TABLE, published(), TODAY)).toEqual({ table: { ...TABLE, asOf: TODAY }, changes: [] });
});

test("changed addresses replace the old ones, and the known days of the region stay", () => {
  const { table, changes } = refreshedTable(
    TABLE,
    published([AWS[0] as object, entry("us-west-2", "192.0.2.3", "192.0.2.9")], [entry("us-east1", "192.0.2.7")]),
    TODAY,
  );
  expect(table.aws["us-west-2"]).toEqual({
    name: "Oregon",
    since: "2025-06-24",
    before: "us-east-2",
    ips: ["192.0.2.3", "192.0.2.9"],
  });
  expect(table.gcp["us-east1"]).toMatchObject({ since: "2026-05-27", ips: ["192.0.2.7"] });
  expect(changes).toEqual(["aws us-west-2: +192.0.2.9", "gcp us-east1: +192.0.2.7 -192.0.2.4"]);
});

test("a new region has no day yet, and the rule decides which region its older services use", () => {
  const news = [entry("eu-south-1", "192.0.2.20"), entry("ca-west-1", "192.0.2.21"), entry("us-gov-1")];
  const { table, changes } = refreshedTable(TABLE, published([...AWS, ...news]), TODAY);
  expect(table.aws["eu-south-1"]).toEqual({ before: "eu-central-1", ips: ["192.0.2.20"] });
  expect(table.aws["ca-west-1"]).toEqual({ before: "us-east-2", ips: ["192.0.2.21"] });
  expect(table.aws["us-gov-1"]).toBeUndefined();
  expect(changes).toEqual([
    "aws eu-south-1: new: look up from which day on and write it as `since`",
    "aws ca-west-1: new: look up from which day on and write it as `since`",
  ]);
});

test("a region that is no longer published is kept, and reported", () => {
  const { table, changes } = refreshedTable(TABLE, published([AWS[0] as object]), TODAY);
  expect(table.aws).toEqual(TABLE.aws);
  expect(changes).toEqual(["aws us-west-2: not published any more, kept as it was: look it up"]);
});

test.each([
  [undefined, 'the answer has no list "aws"'],
  [{ aws: AWS }, 'the answer has no list "gcp"'],
  [{ aws: AWS, gcp: [] }, 'no region under "gcp" has "clickpipes_egress_ips"'],
  [
    published([{ region: "us-east-2", egress_ips: ["203.0.113.1"] }]),
    'no region under "aws" has "clickpipes_egress_ips"',
  ],
  [published([entry("us-east-2", "192.0.2.300")]), 'aws us-east-2 has what is no address: ["192.0.2.300"]'],
  [published([{ clickpipes_egress_ips: ["192.0.2.1"] }]), 'an entry under "aws" has no region'],
])("an answer of another shape is refused: %j", (answer, expected) => {
  expect(() => refreshedTable(TABLE, answer, TODAY)).toThrow(expected);
});

test("the package's own table, published unchanged, stays the same", () => {
  const regions = (table: Record<string, { ips: string[] }>) =>
    Object.entries(table).map(([region, { ips }]) => entry(region, ...ips));
  const answer = { aws: regions(staticIps.aws), gcp: regions(staticIps.gcp) };
  expect(refreshedTable(staticIps, answer, staticIps.asOf)).toEqual({ table: staticIps, changes: [] });
});

test("without a network, the script fails with one clear line and leaves the table unchanged", async () => {
  const root = join(__dirname, "..", "..", "..");
  const file = join(root, "provider", "ipAllowlist", "addresses", "staticIps.json");
  const before = readFileSync(file, "utf8");
  const script = join(root, "scripts", "addresses.mjs");
  const run = promisify(execFile)(process.execPath, [script, "http://127.0.0.1:1/static-ips.json"]);
  await expect(run).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^http:\/\/127.0.0.1:1\/static-ips.json gave no list \(.+\). The table stays as it is.*\n$/,
    ),
  });
  expect(readFileSync(file, "utf8")).toBe(before);
});
