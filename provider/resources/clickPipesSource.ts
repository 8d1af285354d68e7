import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_PUBLICATION, DEFAULT_USER } from "../lifecycle/defaults";
import type { ClickPipesGrants } from "./clickPipesGrants";
import type { ClickPipesSourceArgs } from "./clickPipesSourceArgs";
import {
  createAllowlist,
  createGrants,
  createPublication,
  createReadiness,
  createReplication,
  createUser,
  projectId,
  type Scope,
  withGiven,
} from "./clickPipesSourceParts";
import { ClickPipesUser } from "./clickPipesUser";
import type { IpAllowlist } from "./ipAllowlist";
import type { LogicalReplication } from "./logicalReplication";
import {
  type ClickPipePostgresSource,
  type Connection,
  type Leaves,
  mapListed,
  mapTables,
  type PipeArgs,
  type TableMapping,
  withoutClashes,
} from "./pipe";
import { type DatabaseAddress, type Provider, programConnection } from "./provider";
import { Publication } from "./publication";
import { servedByPlugin } from "./served";
import type { SourceReadiness } from "./sourceReadiness";

/**
 * Prepares a Neon database for ClickPipes, in the order of the guide: IP Allow, logical replication, user, grants, publication, and
 * finally a readiness check. Destroy removes them in the opposite order. For each part you can pass an existing resource or extra
 * arguments, or leave it out with `false`. The page of each part describes what its changes do.
 *
 * @example
 * ```ts
 * const orders = new clickpipes.ClickPipesSource("orders", {
 *   project, tables: ["public.orders"], clickPipesRegion: { cloud: "aws", region: "us-east-1" },
 * }, { provider: source });
 * ```
 *
 * @remarks
 * ### Its parts
 *
 * | Name | Resource | Created if |
 * | --- | --- | --- |
 * | `<name>-ip-allowlist` | IpAllowlist | `project` and `clickPipesRegion` are given |
 * | `<name>-logical-replication` | LogicalReplication | `project` is given |
 * | `<name>-user` | ClickPipesUser | always |
 * | `<name>-grants` | ClickPipesGrants | always |
 * | `<name>-publication` | Publication | always |
 * | `<name>-readiness` | SourceReadiness | always |
 *
 * The component passes its `provider` to each part explicitly, since an inherited one would also apply to dynamic resources of other
 * packages. If `project` is a resource, the parts are `deletedWith` it: when the project is deleted, Pulumi does not delete them first.
 *
 * ### The pipe
 *
 * Pass `postgresSource` as is to `source.postgres` of `@pulumi/clickhouse`'s `Clickpipe`, or to ClickHouse Cloud's API. All its values
 * wait for the readiness report, so a pipe that uses them is created after the check and deleted before the source.
 *
 * ### Errors and fixes
 *
 * | The message says | What to do |
 * | --- | --- |
 * | would both become the table | Tables in two schemas have the same name. Give `pipe.targetTable` or `pipe.tableMappings`. |
 */
export class ClickPipesSource extends pulumi.ComponentResource {
  /** The part, or the existing resource that you passed. */
  readonly user: ClickPipesUser;
  /** The part, or the existing resource that you passed. */
  readonly publication: Publication;
  /** Undefined if you left it out. */
  readonly grants?: ClickPipesGrants;
  /** Undefined if you left it out. */
  readonly readiness?: SourceReadiness;
  /** Undefined if you left it out, or if there is no `project`. */
  readonly logicalReplication?: LogicalReplication;
  /** Undefined if you left it out, or if there is no `project` or no region. */
  readonly ipAllowlist?: IpAllowlist;
  /** How to connect as the ClickPipes user: {@link Connection} with an output at each leaf. Only the password is secret. */
  readonly connection: Leaves<Connection>;
  /** Pass this as `source.postgres` of a ClickPipe: {@link ClickPipePostgresSource} with an output at each leaf. */
  readonly postgresSource: Leaves<ClickPipePostgresSource>;

  /** `opts.provider` is a `Provider` of this package. Without one, the connection comes from stack config and environment. */
  constructor(name: string, args: ClickPipesSourceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("clickpipes:index:ClickPipesSource", name, {}, opts);
    const made: pulumi.Resource[] = [];
    const next = <T extends pulumi.Resource | undefined>(make: (opts: pulumi.CustomResourceOptions) => T): T => {
      const resource = make(this.#childOptions(args, opts, [...made]));
      if (resource) made.push(resource);
      return resource;
    };
    const project = projectId(args);
    this.ipAllowlist = next((child) => createAllowlist(name, args, project, child));
    this.logicalReplication = next((child) => createReplication(name, args, project, child));
    this.user = next((child) => createUser(name, args, child));
    this.grants = next((child) => createGrants(name, args, this.user, child));
    this.publication = next((child) => createPublication(name, args, child));
    const mappings = tableMappings(args, this.publication);
    const address = addressOf(this, opts);
    this.readiness = next((child) => createReadiness(name, args, this, { mappings, address }, child));

    const parts = made.map(({ urn }) => urn);
    const ready = <T>(value: pulumi.Input<T>) => pulumi.all([value, ...parts]).apply(([known]) => known as T);
    const { host, port, database } = address;
    this.connection = {
      host: ready(host),
      port: ready(port),
      database: ready(database),
      // From the arguments, since while the provider is unknown, a preview does not even know the inputs of its resources.
      user: ready(ClickPipesUser.isInstance(args.user) ? args.user.name : (args.user?.name ?? DEFAULT_USER)),
      password: ready(this.user.password),
      publication: ready(
        Publication.isInstance(args.publication)
          ? args.publication.name
          : (args.publication?.name ?? DEFAULT_PUBLICATION),
      ),
    };
    this.postgresSource = postgresSource(args.pipe, this.connection, mappings, ready);
    // Without `postgresSource`, which repeats the connection, and lists every table. There may be thousands.
    this.registerOutputs({ connection: this.connection });
  }

  /** Each child gets the provider explicitly, since an inherited one would also apply to dynamic resources of other packages. */
  #childOptions(
    args: ClickPipesSourceArgs,
    opts: pulumi.ComponentResourceOptions,
    dependsOn: pulumi.Resource[],
  ): pulumi.CustomResourceOptions {
    const deletedWith = pulumi.CustomResource.isInstance(args.project) ? { deletedWith: args.project } : {};
    return { parent: this, dependsOn, ...(opts.provider && { provider: opts.provider }), ...deletedWith };
  }
}

/** The parts report what is wrong with the connection. */
const NO_ADDRESS: Readonly<DatabaseAddress> = { host: "", port: 5432, database: "", user: "" };

/** The address in the provider that the parts use, whether given or inherited from a parent. */
function addressOf(source: ClickPipesSource, opts: pulumi.ComponentResourceOptions) {
  const served = servedByPlugin();
  if (served) return pulumi.output(served.address ?? NO_ADDRESS);
  const provider = opts.provider ?? source.getProvider("pulumi-nodejs:dynamic/clickpipes:ClickPipesUser");
  return isAddress(provider) ? provider : programConnection();
}

/** Whether it is a `Provider` of this package, even if another copy of the package made it. */
function isAddress(provider: pulumi.ProviderResource | undefined): provider is Provider {
  const { host, port, database } = (provider ?? {}) as Partial<Provider>;
  return [host, port, database].every((leaf) => pulumi.Output.isInstance(leaf));
}

function tableMappings(
  { pipe, tables, schemas, allTables, publication: given }: ClickPipesSourceArgs,
  made: Publication,
): pulumi.Output<TableMapping[]> {
  if (pipe?.tableMappings !== undefined)
    return pulumi.output(pipe.tableMappings).apply((list) => withoutClashes(list as TableMapping[]));
  const foreign = Publication.isInstance(given);
  const scope = withGiven<Scope>({ tables, schemas, allTables }, foreign ? {} : given);
  if (scope.tables !== undefined && scope.schemas === undefined && !scope.allTables)
    return mapListed(scope.tables, made.excludedColumns, pipe?.targetTable, foreign);
  return pulumi
    .all([made.publishedTables, made.excludedColumns])
    .apply(([list, excluded]) => mapTables(list, excluded, pipe?.targetTable));
}

function postgresSource(
  pipe: PipeArgs | undefined,
  connection: Leaves<Connection>,
  mappings: pulumi.Output<TableMapping[]>,
  ready: <T>(value: pulumi.Input<T>) => pulumi.Output<T>,
): Leaves<ClickPipePostgresSource> {
  const given = Object.entries(pipe?.settings ?? {}).filter(([, value]) => value !== undefined);
  const settings = Object.fromEntries(given.map(([key, value]) => [key, ready<unknown>(value)]));
  return {
    type: ready<string>(pipe?.type ?? "neon"),
    host: connection.host,
    port: connection.port,
    database: connection.database,
    credentials: { username: connection.user, password: connection.password },
    settings: {
      replicationMode: ready("cdc"),
      ...settings,
      publicationName: connection.publication,
    } as ClickPipePostgresSourceSettings,
    tableMappings: ready(mappings),
  };
}

type ClickPipePostgresSourceSettings = Leaves<ClickPipePostgresSource>["settings"];
