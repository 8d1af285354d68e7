import * as pulumi from "@pulumi/pulumi";
import { refusal } from "../errors";
import { ClickPipesGrants } from "../resources/clickPipesGrants";
import { ClickPipesSource } from "../resources/clickPipesSource";
import type { ClickPipesSourceArgs } from "../resources/clickPipesSourceArgs";
import { ClickPipesUser } from "../resources/clickPipesUser";
import { IpAllowlist } from "../resources/ipAllowlist";
import { LogicalReplication } from "../resources/logicalReplication";
import { Publication } from "../resources/publication";
import { servedByPlugin } from "../resources/served";
import { SourceReadiness } from "../resources/sourceReadiness";
import { TYPE_PREFIX } from "./urn";

type Part = new (name: string, args: never, opts: pulumi.CustomResourceOptions) => pulumi.CustomResource;

const PARTS: Readonly<Record<string, Part>> = {
  ClickPipesUser,
  ClickPipesGrants,
  Publication,
  LogicalReplication,
  IpAllowlist,
  SourceReadiness,
};

const version = servedByPlugin()?.version ?? "";

// An existing part arrives as a reference to its URN.
pulumi.runtime.registerResourceModule("clickpipes", "index", {
  version,
  construct(name: string, type: string, urn: string) {
    const existing = PARTS[type.slice(TYPE_PREFIX.length)];
    if (!existing) throw refusal("unknownResource", `pulumi-resource-clickpipes has no resource ${type}.`);
    return new existing(name, {} as never, { urn } as pulumi.CustomResourceOptions);
  },
});

const provider: pulumi.provider.Provider = {
  version,
  async construct(name, type, inputs, options) {
    if (type !== `${TYPE_PREFIX}ClickPipesSource`)
      throw refusal("unknownResource", `pulumi-resource-clickpipes has no component ${type}.`);
    const source = new ClickPipesSource(name, inputs as ClickPipesSourceArgs, options);
    return { urn: source.urn, state: outputsOf(source) };
  },
};

/** Each value on its own, too: over the wire, the password makes the whole of `connection` and `postgresSource` secret. */
function outputsOf(source: ClickPipesSource): pulumi.Inputs {
  const { connection, postgresSource, user, publication } = source;
  const { grants, readiness, logicalReplication, ipAllowlist } = source;
  const parts = { user, publication, grants, readiness, logicalReplication, ipAllowlist };
  const { host, port, database, password } = connection;
  return {
    ...Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)),
    ...{ host, port, database, password, userName: connection.user, publicationName: connection.publication },
    tableMappings: postgresSource.tableMappings,
    settings: postgresSource.settings,
    connection,
    postgresSource,
  };
}

void pulumi.provider.main(provider, process.argv.slice(2));
