import * as pulumi from "@pulumi/pulumi";
import { ClickPipesGrants } from "./clickPipesGrants";
import type { ClickPipesSourceArgs } from "./clickPipesSourceArgs";
import { ClickPipesUser } from "./clickPipesUser";
import { IpAllowlist } from "./ipAllowlist";
import { LogicalReplication } from "./logicalReplication";
import type { TableMapping } from "./pipe";
import type { DatabaseAddress } from "./provider";
import { Publication } from "./publication";
import { SourceReadiness, type SourceReadinessArgs } from "./sourceReadiness";

/** The address of the source, from the provider of the parts. */
export type Address = { [K in Exclude<keyof DatabaseAddress, "user">]: pulumi.Output<DatabaseAddress[K]> };

/**
 * The defaults, overridden by the arguments given for a part. An argument that is `undefined`, such as an absent setting,
 * overrides nothing.
 */
export function withGiven<T extends object>(byDefault: T, given: Partial<T> | undefined): T {
  const set = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return { ...byDefault, ...Object.fromEntries(set) };
}

export function projectId({ project }: ClickPipesSourceArgs): pulumi.Input<string> | undefined {
  return pulumi.CustomResource.isInstance(project) ? project.id : project;
}

export function createAllowlist(
  name: string,
  args: ClickPipesSourceArgs,
  project: pulumi.Input<string> | undefined,
  opts: pulumi.CustomResourceOptions,
) {
  const { ipAllowlist: given, clickPipesRegion } = args;
  if (IpAllowlist.isInstance(given)) return given;
  const nothingToAllow = given === undefined && clickPipesRegion === undefined;
  if (given === false || nothingToAllow || (project === undefined && given?.projectId === undefined)) return undefined;
  return new IpAllowlist(
    `${name}-ip-allowlist`,
    withGiven({ projectId: project as string, clickPipesRegion }, given),
    opts,
  );
}

export function createReplication(
  name: string,
  args: ClickPipesSourceArgs,
  project: pulumi.Input<string> | undefined,
  opts: pulumi.CustomResourceOptions,
) {
  const { logicalReplication: given, allowRestart } = args;
  if (LogicalReplication.isInstance(given)) return given;
  if (given === false || (project === undefined && given?.projectId === undefined)) return undefined;
  return new LogicalReplication(
    `${name}-logical-replication`,
    withGiven({ projectId: project as string, allowRestart }, given),
    opts,
  );
}

export function createUser(
  name: string,
  { user: given, adopt }: ClickPipesSourceArgs,
  opts: pulumi.CustomResourceOptions,
): ClickPipesUser {
  if (ClickPipesUser.isInstance(given)) return given;
  return new ClickPipesUser(`${name}-user`, withGiven({ adopt }, given), opts);
}

export function createGrants(
  name: string,
  args: ClickPipesSourceArgs,
  role: ClickPipesUser,
  opts: pulumi.CustomResourceOptions,
) {
  if (args.grants === false) return undefined;
  const { tables, schemas, allTables } = scopeOf(args);
  const scope =
    allTables === undefined ? schemas : pulumi.output(allTables).apply((all) => (all ? "*" : schemas) as "*");
  return new ClickPipesGrants(
    `${name}-grants`,
    withGiven({ role: role.name, tables, schemas: scope }, args.grants),
    opts,
  );
}

export type Scope = Pick<ClickPipesSourceArgs, "tables" | "schemas" | "allTables">;

/** The scope of the source, or else of its publication. */
function scopeOf(args: ClickPipesSourceArgs): Scope {
  const { publication: published, tables, schemas, allTables } = args;
  if (tables !== undefined || schemas !== undefined || allTables !== undefined) return args;
  return Publication.isInstance(published) ? { tables: published.publishedTables } : { ...published };
}

export function createPublication(
  name: string,
  args: ClickPipesSourceArgs,
  opts: pulumi.CustomResourceOptions,
): Publication {
  const { publication: given, tables, schemas, allTables, adopt } = args;
  if (Publication.isInstance(given)) return given;
  return new Publication(`${name}-publication`, withGiven({ tables, schemas, allTables, adopt }, given), opts);
}

export function createReadiness(
  name: string,
  { readiness: given, publication: published, pipe }: ClickPipesSourceArgs,
  source: { user: ClickPipesUser; publication: Publication },
  { mappings, address }: { mappings: pulumi.Output<TableMapping[]>; address: Address },
  opts: pulumi.CustomResourceOptions,
) {
  if (given === false) return undefined;
  const { host, port, database } = address;
  const tables = mappings.apply((list) =>
    list.map(({ sourceSchemaName: schema, sourceTable: name, excludedColumns, ...mapping }) => ({
      ...{ schema, name, ...(excludedColumns && { excludedColumns }) },
      // How ClickHouse orders the table, if not by its key.
      ...(mapping.useCustomSortingKey && mapping.sortingKeys && { sortingKeys: mapping.sortingKeys }),
      ...(mapping.tableEngine && { tableEngine: mapping.tableEngine }),
    })),
  );
  const args: SourceReadinessArgs = {
    role: source.user.name,
    password: source.user.password,
    publication: source.publication.name,
    tables,
    replicationMode: pipe?.settings?.replicationMode,
    replicationSlotName: pipe?.settings?.replicationSlotName as pulumi.Input<string> | undefined,
    // Not from an existing publication: if it was not given this argument, its value is unknown in every preview.
    allowUnsafeTables: Publication.isInstance(published) ? undefined : published?.allowUnsafeTables,
  };
  // A provider that points elsewhere changes no argument. Without this trigger, a pipe would follow it unchecked.
  const triggers = pulumi
    .all([host, port, database, given?.triggers ?? []])
    .apply(([at, on, name, more]) => [`${at}:${on}/${name}`, ...more]);
  return new SourceReadiness(`${name}-readiness`, { ...withGiven(args, given), triggers }, opts);
}
