/** The tables t0 … of the schema `bench`, as written in a program. */
const tables = (count: number): string => `Array.from({ length: ${count} }, (_unused, index) => "bench.t" + index)`;

/** User, grants and publication over that many tables. */
export function parts(count: number): string {
  return `
const clickpipes = require("pulumi-neon-clickpipes");
const provider = new clickpipes.Provider("source");
const user = new clickpipes.ClickPipesUser("user", {}, { provider });
new clickpipes.ClickPipesGrants("grants", { role: user.name, schemas: ["bench"] }, { provider });
new clickpipes.Publication("publication", { tables: ${tables(count)} }, { provider });
`;
}

/** A whole ClickPipesSource over that many tables. */
export function source(count: number): string {
  return `
const clickpipes = require("pulumi-neon-clickpipes");
const provider = new clickpipes.Provider("source");
new clickpipes.ClickPipesSource("source", {
  project: process.env.PROJECT, tables: ${tables(count)}, clickPipesRegion: { cloud: "aws", region: "us-east-1" },
}, { provider });
`;
}

/** Dynamic resources that do nothing, with a provider that is configured like ours. */
const NOTHING = `
const pulumi = require("@pulumi/pulumi");
const code = "exports.handler = () => ({ create: async (inputs) => ({ id: 'it', outs: inputs }), "
  + "update: async (_id, _olds, news) => ({ outs: news }), diff: async () => ({}), delete: async () => {}, "
  + "check: async (_olds, inputs) => ({ inputs }), read: async (id, props) => ({ id, props, inputs: props }) });";
class Nothing extends pulumi.CustomResource {
  constructor(name, props, opts) {
    super("pulumi-nodejs:dynamic/empty:" + name, name, { ...props, __provider: code }, opts);
  }
}
class Provider extends pulumi.ProviderResource {}
const provider = new Provider("pulumi-nodejs", "source", { "empty:uri": new pulumi.Config("clickpipes").requireSecret("connectionUri") });
`;

/** The same shape and inputs as `parts`. */
export function emptyParts(count: number): string {
  return `${NOTHING}
const user = new Nothing("User", { name: "clickpipes_user" }, { provider });
new Nothing("Grants", { role: user.id, schemas: ["bench"] }, { provider });
new Nothing("Publication", { name: "clickpipes_publication", tables: ${tables(count)} }, { provider });
`;
}

/** The same shape and inputs as `source`. Resources wait for each other as ours do. */
export function emptySource(count: number): string {
  return `${NOTHING}
const parent = new pulumi.ComponentResource("empty:index:Source", "source");
const projectId = process.env.PROJECT;
const opts = { provider, parent };
const allowlist = new Nothing("IpAllowlist", { projectId, addresses: Array.from({ length: 12 }, (_unused, n) => "10.0.0." + n) }, opts);
const replication = new Nothing("LogicalReplication", { projectId }, { ...opts, dependsOn: allowlist });
const user = new Nothing("User", { name: "clickpipes_user" }, { ...opts, dependsOn: replication });
const tables = ${tables(count)};
const grants = new Nothing("Grants", { role: user.id, tables }, opts);
const publication = new Nothing("Publication", { name: "clickpipes_publication", tables }, { ...opts, dependsOn: grants });
new Nothing("Readiness", { role: user.id, publication: publication.id, tables }, opts);
`;
}
