import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type Stack } from "../support/engine/stack";
import { figure } from "../support/long";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";

/**
 * A user, and beside it a resource without any code of ours that has secrets of the same kinds and does nothing. Its
 * provider is one line of text too: what is printed of it then looks alike, line by line.
 */
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import * as clickpipes from "pulumi-neon-clickpipes";
const user = new clickpipes.ClickPipesUser("user", {}, { provider: new clickpipes.Provider("source") });
const code = "exports.handler = () => ({ create: async () => ({ id: 'it', outs: { password: 'nothing: ' + Math.random() } }), "
  + "check: async (_olds, inputs) => ({ inputs }), diff: async () => ({}), delete: async () => {} });";
class Nothing extends pulumi.CustomResource {
  declare readonly password: pulumi.Output<string>;
  constructor(opts: pulumi.CustomResourceOptions) {
    super("pulumi-nodejs:dynamic/empty:Nothing", "nothing", { password: undefined, __provider: code }, opts);
  }
}
class Empty extends pulumi.ProviderResource {}
const empty = new Empty("pulumi-nodejs", "empty", { "nothing:uri": new pulumi.Config("nothing").requireSecret("uri") });
const nothing = new Nothing({ provider: empty, additionalSecretOutputs: ["password"] });
export const passwords = [user.password, nothing.password];
`;

/** All that Pulumi can be made to say, the payloads of its calls included. */
const LOUD = { skipPreview: true, args: ["-v=9", "--logtostderr", "--logflow"] };

const NOTHINGS_URI = "postgres://nobody:nothing-at-all@nowhere/none?x=1";

describe("logs at -v=9", () => {
  let server: PostgresServer;
  let stack: Stack;

  beforeAll(async () => {
    server = await startPostgres({ version: 17 });
    stack = await createStack({
      program: PROGRAM,
      config: { "clickpipes:connectionUri": { secret: server.uri() }, "nothing:uri": { secret: NOTHINGS_URI } },
    });
  });
  afterAll(async () => {
    await stack?.remove();
    await server?.stop();
  });

  test("show secrets only where the engine also shows those of a resource that does nothing", async () => {
    const runs = [await stack.up(LOUD)];
    const { passwords } = (await stack.outputs(true)) as { passwords: [string, string] };
    // Of the secrets in the config, the engine blots out those of now, but not those of before.
    await stack.setConfig("clickpipes:connectionUri", `${server.uri()}&changed=1`, true);
    await stack.setConfig("nothing:uri", `${NOTHINGS_URI}&changed=1`, true);
    runs.push(await stack.up(LOUD), await stack.refresh(LOUD), await stack.destroy(LOUD));
    const lines = runs.flatMap(({ output }) => output.split("\n"));
    const places = placesOf(lines, [passwords[0], encodeURIComponent(server.superuser.password)]);
    const engines = placesOf(lines, [passwords[1], NOTHINGS_URI]);
    figure(`at -v=9 the engine prints secrets in ${[...engines].join(", ")}`);
    // Where the engine prints none any more, README need no longer warn of it.
    expect(engines.size).toBeGreaterThan(0);
    expect([...places].filter((place) => !engines.has(place))).toEqual([]);
  });
});

/** The lines of Pulumi's source that printed one of these; what comes from elsewhere is shown as it is, without secret. */
function placesOf(lines: string[], secrets: string[]): Set<string> {
  const places = new Set<string>();
  let current = "";
  for (const line of lines) {
    // The SDK's own debug message of a resource goes over several lines, the later ones beginning with a comma.
    current = /^[IWEF]\d{4} \S+ +\d+ (\w+\.go:\d+)\]/.exec(line)?.[1] ?? (line.startsWith(",") ? current : "");
    const secret = secrets.find((candidate) => line.includes(candidate));
    if (secret !== undefined) places.add(current || line.replaceAll(secret, "[secret]"));
  }
  return places;
}
