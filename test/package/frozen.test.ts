import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import * as clickpipes from "../../provider";
import { markerOf } from "../../provider/ownership/identity";
import { formatComment, type Marked, parseComment } from "../../provider/postgres/sql/mark";

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

const LABEL = "pulumi-neon-clickpipes: ";

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

test("the mark of a resource, its path and the form of both in a comment stay the same", () => {
  const mark = "organization/app/dev/Publication/orders-publication";
  const path = "clickpipes:index:ClickPipesSource";
  const publication = registered.find(({ type }) => type.endsWith(":Publication"));
  expect(publication?.inputs).toMatchObject({ mark, path });
  const identity = `"mark":"${mark}","path":"${path}"`;
  const place = '"place":{"database":"app","systemIdentifier":"7","neonProject":"p-1","neonBranch":"br-1"}';
  const text = `mine\n${LABEL}{"owner":{${identity},"token":"ZT4CjsI7409fDYcg",${place},"adopted":true}}`;
  const here = { database: "app", systemIdentifier: "7", neonProject: "p-1", neonBranch: "br-1" };
  const owner = markerOf({ mark, path }, here, "ZT4CjsI7409fDYcg", true);
  expect(formatComment({ comment: "mine", owner, grants: [] })).toBe(text);
  expect(parseComment(text)).toEqual({ comment: "mine", owner, grants: [] });
});

/** As they stand in databases that earlier versions worked on. */
test.each<{ title: string; json: string; marked: Partial<Marked> }>([
  {
    title: "of an object, without path and place",
    json: '{"owner":{"mark":"o/app/dev/Publication/p","token":"ZT4CjsI7409fDYcg"}}',
    marked: { owner: { mark: "o/app/dev/Publication/p", token: "ZT4CjsI7409fDYcg" } },
  },
  {
    title: "of an adopted object",
    json: '{"owner":{"mark":"o/app/dev/ClickPipesUser/u","token":"a","adopted":true}}',
    marked: { owner: { mark: "o/app/dev/ClickPipesUser/u", token: "a", adopted: true } },
  },
  {
    title: "of grants, with and without what they cover",
    json: '{"grants":[{"database":"app","mark":"o/app/dev/ClickPipesGrants/a","token":"a","found":true,"before":["x"]},{"database":"app","mark":"o/app/dev/ClickPipesGrants/b","token":"b","scope":{"schemas":["s"],"tables":[{"schema":"s","name":"t"}],"objectOwners":["r"]}}]}',
    marked: {
      grants: [
        { database: "app", mark: "o/app/dev/ClickPipesGrants/a", token: "a", found: true, before: ["x"] },
        {
          ...{ database: "app", mark: "o/app/dev/ClickPipesGrants/b", token: "b" },
          scope: { schemas: ["s"], tables: [{ schema: "s", name: "t" }], objectOwners: ["r"] },
        },
      ],
    },
  },
])("a marker of an earlier version is read and written unchanged: one $title", ({ json, marked }) => {
  for (const comment of [null, "mine"]) {
    const text = `${comment === null ? "" : `${comment}\n`}${LABEL}${json}`;
    expect(parseComment(text)).toEqual({ comment, grants: [], ...marked });
    expect(formatComment({ comment, grants: [], ...marked })).toBe(text);
  }
});
