import { type DeclarationReflection, type ProjectReflection, ReflectionKind } from "typedoc";
import { describe, SchemaTypes, type Spec, tokenOf } from "./types.mjs";

/** The fields of package.json that the schema repeats. `pluginDownloadURL`: where the released tarballs of the plugin are. */
export interface Manifest {
  version: string;
  license: string;
  description: string;
  pluginDownloadURL?: string;
}

const COMPONENT = "ClickPipesSource";
const DYNAMIC = "pulumi-nodejs:dynamic/clickpipes:";

/** Of the plugin alone: no request about a resource names the organization. */
const ORGANIZATION: Spec = {
  type: "string",
  description:
    "The organization of the stack in Pulumi Cloud, for the markers of new objects. Set it if stacks of several organizations share a " +
    "database. Changing it changes no marker that exists.\n\nDefault: `organization`, as in backends without organizations",
};

/** What the component's `connection` and `postgresSource` hold, each value on its own: in these two the password hides all others. */
const FLAT_OUTPUTS: Readonly<Record<string, { of: string; member: string; description: string }>> = {
  host: { of: "Connection", member: "host", description: "Host of the database." },
  port: { of: "Connection", member: "port", description: "Port of the database." },
  database: { of: "Connection", member: "database", description: "Name of the database." },
  userName: { of: "Connection", member: "user", description: "Name of the ClickPipes user." },
  password: { of: "Connection", member: "password", description: "Password of the ClickPipes user." },
  publicationName: { of: "Connection", member: "publication", description: "Name of the publication." },
  tableMappings: { of: "ClickPipePostgresSource", member: "tableMappings", description: "The tables of the pipe." },
  settings: { of: "ClickPipePostgresSource", member: "settings", description: "The settings of the pipe." },
};

export function buildSchema(project: ProjectReflection, manifest: Manifest): Spec {
  const types = new SchemaTypes(project);
  const resources = Object.fromEntries(
    types.classes
      .filter(({ name }) => name !== "Provider")
      .map((one) => [tokenOf(one.name), one.name === COMPONENT ? component(types, one) : resource(types, one)]),
  );
  const { version, license, description, pluginDownloadURL } = manifest;
  return {
    name: "clickpipes",
    displayName: "ClickPipes source on Neon",
    version,
    license,
    description,
    ...(pluginDownloadURL && { pluginDownloadURL }),
    ...provider(types),
    types: sorted(types.types),
    resources,
    language: {
      nodejs: { packageName: "@pulumi-neon/clickpipes", respectSchemaVersion: true },
      python: { packageName: "pulumi_clickpipes", respectSchemaVersion: true, pyproject: { enabled: true } },
      go: { respectSchemaVersion: true },
      csharp: { respectSchemaVersion: true },
    },
  };
}

function resource(types: SchemaTypes, one: DeclarationReflection): Spec {
  return {
    description: describe(one),
    ...inputsOf(types, one.name),
    ...types.properties(outputsOf(one)),
    // A stack of dynamic resources moves here without a replacement.
    aliases: [{ type: DYNAMIC + one.name }],
  };
}

function component(types: SchemaTypes, one: DeclarationReflection): Spec {
  const { properties, required } = types.properties(outputsOf(one));
  const flat = Object.entries(FLAT_OUTPUTS).map(([name, { of, member, description }]) => {
    const [found] = (types.declaration(of).children ?? []).filter((child) => child.name === member);
    if (!found) throw new Error(`${of} has no ${member}`);
    const spec = types.properties([found]).properties[member] as Spec;
    return [name, { ...spec, description }] as const;
  });
  return {
    isComponent: true,
    description: describe(one),
    ...inputsOf(types, one.name, true),
    properties: { ...properties, ...Object.fromEntries(flat) },
    required: [...required, ...Object.keys(FLAT_OUTPUTS)],
  };
}

function inputsOf(types: SchemaTypes, name: string, isComponent = false): Spec {
  const { properties, required } = types.properties(types.declaration(`${name}Args`).children ?? [], isComponent);
  return { inputProperties: properties, requiredInputs: required };
}

function provider(types: SchemaTypes): Spec {
  const declaration = types.declaration("Provider");
  const { inputProperties } = inputsOf(types, "Provider");
  const variables = { ...(inputProperties as Spec), organization: ORGANIZATION };
  return {
    config: { variables },
    provider: {
      description: describe(declaration),
      inputProperties: variables,
      aliases: [{ type: "pulumi:providers:pulumi-nodejs" }],
      properties: types.properties(outputsOf(declaration)).properties,
    },
  };
}

/** The properties of a class that Pulumi does not give every resource. */
function outputsOf({ children }: DeclarationReflection): DeclarationReflection[] {
  return (children ?? []).filter(
    ({ kind, flags, inheritedFrom, name }) =>
      kind === ReflectionKind.Property && !flags.isStatic && !inheritedFrom && name !== "id" && name !== "urn",
  );
}

function sorted(specs: Record<string, Spec>): Record<string, Spec> {
  return Object.fromEntries(Object.entries(specs).sort(([a], [b]) => (a < b ? -1 : 1)));
}
