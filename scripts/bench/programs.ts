/** The tables t0 … of the schema `bench`, as a program writes them. */
const tables = (count: number): string => `Array.from({ length: ${count} }, (_unused, index) => "bench.t" + index)`;

/** User, grants and publication over that many tables. */
export function sourceProgram(count: number): string {
  return `
const clickpipes = require("pulumi-neon-clickpipes");
const provider = new clickpipes.Provider("source");
const user = new clickpipes.ClickPipesUser("user", {}, { provider });
new clickpipes.ClickPipesGrants("grants", { role: user.name, schemas: ["bench"] }, { provider });
new clickpipes.Publication("publication", { tables: ${tables(count)} }, { provider });
`;
}

/** The same shape and inputs, by dynamic resources that do nothing. */
export function emptyProgram(count: number): string {
  return `
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
const user = new Nothing("User", { name: "clickpipes_user" }, { provider });
new Nothing("Grants", { role: user.id, schemas: ["bench"] }, { provider });
new Nothing("Publication", { name: "clickpipes_publication", tables: ${tables(count)} }, { provider });
`;
}
