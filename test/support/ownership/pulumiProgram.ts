import type { Source } from "./program";

/** The program with these sources for the real Pulumi. */
export function pulumiProgram(sources: readonly Source[]): string {
  return `
const pulumi = require("@pulumi/pulumi");
const clickpipes = require("pulumi-neon-clickpipes");
const provider = new clickpipes.Provider("one", { connectionUri: process.env.SOURCE, deleteTimeout: 5 });
const places = new Map();
function placeOf(path) {
  if (path === "") return undefined;
  if (!places.has(path)) places.set(path, new pulumi.ComponentResource(path, "place"));
  return places.get(path);
}
for (const { name, path, formerly, user, grants, publication } of ${JSON.stringify(sources)}) {
  const aliases = formerly.map((address) => ({ name: address.name }));
  const options = { provider, parent: placeOf(path), aliases };
  const role = new clickpipes.ClickPipesUser(name, user, options);
  new clickpipes.ClickPipesGrants(name, { ...grants, role: role.name }, options);
  new clickpipes.Publication(name, publication, options);
}
`;
}
