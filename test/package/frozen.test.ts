import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import * as clickpipes from "../../provider";
import { formatComment, parseComment } from "../../provider/postgres/sql/mark";

// All of this is in the states and databases of users. A change that fails one of these tests would leave every existing stack with
// resources that cannot be refreshed or destroyed, or with objects that have no owner.

const KINDS = [
  "IpAllowlist",
  "LogicalReplication",
  "ClickPipesUser",
  "ClickPipesGrants",
  "Publication",
  "SourceReadiness",
];

interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}
const registered: Registered[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs });
        return { id: name, state: { ...inputs, publishedTables: [], excludedColumns: [] } };
      },
      call: () => ({}),
    },
    "app",
    "dev",
  );
  const values: clickpipes.ProviderArgs = {
    ...{ connectionUri: "postgres://a:b@127.0.0.1/c", host: "127.0.0.1", port: 1, database: "d", user: "u" },
    ...{ password: "p", sslmode: "disable", sslrootcert: "r", connectTimeout: 1, statementTimeout: 1, lockTimeout: 1 },
    ...{ deleteTimeout: 1, maxConnections: 1, acceptMovedDatabase: true, neonApiKey: "k", neonApiUrl: "http://n" },
  };
  const provider = new clickpipes.Provider("source", values);
  const scope = { tables: ["public.orders"], clickPipesRegion: { cloud: "aws", region: "us-east-1" } } as const;
  new clickpipes.ClickPipesSource("orders", { project: "p-1", ...scope, tables: [...scope.tables] }, { provider });
  await pulumi.runtime.disconnect();
});

test("the types of the resources and the names of a component's children stay the same", () => {
  const children = ["ip-allowlist", "logical-replication", "user", "grants", "publication", "readiness"];
  expect(registered.map(({ type, name }) => `${type} ${name}`)).toEqual([
    "pulumi:providers:pulumi-nodejs source",
    "clickpipes:index:ClickPipesSource orders",
    ...KINDS.map((kind, index) => `pulumi-nodejs:dynamic/clickpipes:${kind} orders-${children[index]}`),
  ]);
});

test("the line in the state that loads the code for refresh and destroy stays the same", () => {
  const lines = registered.flatMap(({ inputs }) => (inputs.__provider === undefined ? [] : [inputs.__provider]));
  expect(lines).toEqual(
    KINDS.map((kind) => `exports.handler = () => require("pulumi-neon-clickpipes/provider").handler("${kind}");`),
  );
});

test("the subpath in that line stays the same, and knows every kind of resource", () => {
  const manifest = JSON.parse(readFileSync(resolve(__dirname, "../../package.json"), "utf8"));
  expect(manifest.exports["./provider"].default).toBe("./bin/dynamic/handler.js");
  const { handler } = require(resolve(__dirname, "../..", manifest.exports["./provider"].default));
  for (const kind of KINDS) expect(Object.keys(handler(kind)).sort()).toEqual(VERBS);
});

const VERBS = ["check", "configure", "create", "delete", "diff", "read", "update"];

test("the keys of the provider's configuration stay the same", () => {
  const [provider] = registered;
  expect(Object.keys(provider?.inputs ?? {}).sort()).toEqual([
    "clickpipes:acceptMovedDatabase",
    "clickpipes:connectTimeout",
    "clickpipes:connectionUri",
    "clickpipes:database",
    "clickpipes:deleteTimeout",
    "clickpipes:host",
    "clickpipes:lockTimeout",
    "clickpipes:maxConnections",
    "clickpipes:neonApiKey",
    "clickpipes:neonApiUrl",
    "clickpipes:password",
    "clickpipes:port",
    "clickpipes:sslmode",
    "clickpipes:sslrootcert",
    "clickpipes:statementTimeout",
    "clickpipes:user",
  ]);
});

test("the mark of a resource and its form in a comment stay the same", () => {
  const mark = "organization/app/dev/Publication/orders-publication";
  const publication = registered.find(({ type }) => type.endsWith(":Publication"));
  expect(publication?.inputs.mark).toBe(mark);
  const text = `mine\npulumi-neon-clickpipes: {"owner":{"mark":"${mark}","token":"ZT4CjsI7409fDYcg"}}`;
  const marked = { comment: "mine", owner: { mark, token: "ZT4CjsI7409fDYcg" }, grants: [] };
  expect(parseComment(text)).toEqual(marked);
  expect(formatComment(marked)).toBe(text);
});
