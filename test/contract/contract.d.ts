// The frozen public names, with their meaning in the docstrings of provider/resources. A change here is a breaking change.
import * as pulumi from "@pulumi/pulumi";
import type { ClickPipePostgresSource, ClickPipeSettings, Connection, Leaves, TableMapping } from "./pipe";

export * from "./pipe";

type In<T> = pulumi.Input<T>;
type Out<T> = pulumi.Output<T>;

export interface ProviderArgs {
  /** postgres://user:password@host:port/database, the direct host; single fields override its parts. */
  connectionUri?: In<string>;
  host?: In<string>;
  port?: In<number>;
  database?: In<string>;
  user?: In<string>;
  password?: In<string>;
  /** default: verify-full for a host that is not local */
  sslmode?: In<"disable" | "require" | "verify-ca" | "verify-full">;
  sslrootcert?: In<string>;
  /** seconds: 60, 60, 5, 60 */ connectTimeout?: In<number>;
  statementTimeout?: In<number>;
  lockTimeout?: In<number>;
  deleteTimeout?: In<number>;
  /** default 1 */ maxConnections?: In<number>;
  acceptMovedDatabase?: In<boolean>;
  neonApiKey?: In<string>;
  /** default https://console.neon.tech/api/v2 */ neonApiUrl?: In<string>;
}
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args?: ProviderArgs, opts?: pulumi.ResourceOptions);
  readonly host: Out<string>;
  readonly port: Out<number>;
  readonly database: Out<string>;
  readonly user: Out<string>;
}

/** Which database a resource of ours lives in; compared before every read, update and delete. */
export interface Target {
  database: string;
  systemIdentifier: string;
  neonProject?: string;
  neonBranch?: string;
}

export interface ClickPipesUserArgs {
  /** default clickpipes_user */ name?: In<string>;
  password?: In<string>;
  passwordVersion?: In<string | number>;
  connectionLimit?: In<number>;
  validUntil?: In<string>;
  comment?: In<string>;
  adopt?: In<boolean>;
  deleteAdopted?: In<boolean>;
  allowPrivileged?: In<boolean>;
  allowLeftoverSlots?: In<boolean>;
}
export class ClickPipesUser extends pulumi.CustomResource {
  constructor(name: string, args?: ClickPipesUserArgs, opts?: pulumi.CustomResourceOptions);
  static get(name: string, id: In<pulumi.ID>, state?: object, opts?: pulumi.CustomResourceOptions): ClickPipesUser;
  static isInstance(value: any): value is ClickPipesUser;
  readonly name: Out<string>; /** always secret */
  readonly password: Out<string>;
  readonly roleOid: Out<number>;
  readonly target: Out<Target>;
}

/** "schema.table" (exactly one dot), or the parts. */
export type TableSpec =
  | string
  | { schema: In<string>; name: In<string>; columns?: In<In<string>[]>; where?: In<string> };
export interface TableName {
  schema: string;
  name: string;
}

export interface ClickPipesGrantsArgs {
  role: In<string>;
  /** schemas and tables: at least one; a union, as in Publication. "*": every schema of the application. */
  schemas?: In<In<string>[] | "*">;
  tables?: In<In<TableSpec>[]>;
  /** roles whose future tables are covered; default: found */ objectOwners?: In<In<string>[]>;
}
export interface Uncovered {
  object: string;
  kind: string;
  owner: string;
  reason: string;
  fix: string;
}
export class ClickPipesGrants extends pulumi.CustomResource {
  constructor(name: string, args: ClickPipesGrantsArgs, opts?: pulumi.CustomResourceOptions);
  static get(name: string, id: In<pulumi.ID>, state?: object, opts?: pulumi.CustomResourceOptions): ClickPipesGrants;
  static isInstance(value: any): value is ClickPipesGrants;
  readonly role: Out<string>;
  readonly grantedTables: Out<number>;
  readonly uncovered: Out<Uncovered[]>;
  readonly target: Out<Target>;
}

export type PublishOperation = "insert" | "update" | "delete" | "truncate";
export interface PublicationArgs {
  /** default clickpipes_publication */ name?: In<string>;
  /** allTables alone, or tables and/or schemas */
  allTables?: In<boolean>;
  tables?: In<In<TableSpec>[]>;
  schemas?: In<In<string>[]>;
  publish?: In<In<PublishOperation>[]> /** default true */;
  publishViaPartitionRoot?: In<boolean>;
  publishGeneratedColumns?: In<"none" | "stored">;
  owner?: In<string>;
  comment?: In<string>;
  adopt?: In<boolean>;
  deleteAdopted?: In<boolean>;
  allowReplace?: In<boolean>;
  allowUnsafeTables?: In<boolean>;
  allowLeftoverSlots?: In<boolean>;
}
export class Publication extends pulumi.CustomResource {
  constructor(name: string, args: PublicationArgs, opts?: pulumi.CustomResourceOptions);
  static get(name: string, id: In<pulumi.ID>, state?: object, opts?: pulumi.CustomResourceOptions): Publication;
  static isInstance(value: any): value is Publication;
  readonly name: Out<string>;
  readonly oid: Out<number>;
  readonly publishedTables: Out<TableName[]>;
  readonly target: Out<Target>;
}

export interface LogicalReplicationArgs {
  projectId: In<string> /** consent to restart every compute, once, when the setting is off */;
  allowRestart?: In<boolean>;
}
export class LogicalReplication extends pulumi.CustomResource {
  constructor(name: string, args: LogicalReplicationArgs, opts?: pulumi.CustomResourceOptions);
  static get(name: string, id: In<pulumi.ID>, state?: object, opts?: pulumi.CustomResourceOptions): LogicalReplication;
  static isInstance(value: any): value is LogicalReplication;
  readonly walLevel: Out<string>;
  readonly maxWalSenders: Out<number>;
  readonly maxReplicationSlots: Out<number>;
}

export interface ClickPipesRegion {
  cloud: In<"aws" | "gcp" | "azure"> /** of the ClickHouse service, not of the Neon project */;
  region: In<string>;
  /** ISO dates, where known */ serviceCreated?: In<string>;
  firstClickPipe?: In<string>;
}
export interface IpAllowlistArgs {
  projectId: In<string>;
  clickPipesRegion?: In<ClickPipesRegion>;
  ips?: In<In<string>[]>;
  /** default leaveOpen */ whenOpen?: In<"leaveOpen" | "restrict"> /** left out: as found */;
  protectedBranchesOnly?: In<boolean>;
  allowOpenOnDelete?: In<boolean>;
}
export class IpAllowlist extends pulumi.CustomResource {
  constructor(name: string, args: IpAllowlistArgs, opts?: pulumi.CustomResourceOptions);
  static get(name: string, id: In<pulumi.ID>, state?: object, opts?: pulumi.CustomResourceOptions): IpAllowlist;
  static isInstance(value: any): value is IpAllowlist;
  /** what we keep in the list, canonical; also an input, resolved from the region */ readonly addresses: Out<string[]>;
  /** open: the project's list is empty; restricted: ours are in it */ readonly effective: Out<"open" | "restricted">;
}

export interface SourceReadinessArgs {
  role: In<string>;
  password: In<string>;
  publication: In<string>;
  /** default: what is published */ tables?: In<
    In<string | { schema: In<string>; name: In<string>; excludedColumns?: In<In<string>[]> }>[]
  >;
  replicationMode?: In<"cdc" | "snapshot" | "cdc_only">;
  replicationSlotName?: In<string>;
  /** default error */ onFailure?: In<"error" | "warn">;
  triggers?: In<any[]>;
}
export interface ReadinessCheck {
  check: string;
  status: "ok" | "warning" | "blocked";
  detail: string;
  fix: string;
}
export class SourceReadiness extends pulumi.CustomResource {
  constructor(name: string, args: SourceReadinessArgs, opts?: pulumi.CustomResourceOptions);
  static get(name: string, id: In<pulumi.ID>, state?: object, opts?: pulumi.CustomResourceOptions): SourceReadiness;
  static isInstance(value: any): value is SourceReadiness;
  readonly report: Out<ReadinessCheck[]>;
  readonly target: Out<Target>;
}

export interface PipeArgs {
  /** as ClickPipes names the kinds of Postgres; default "neon" */ type?: In<string>;
  settings?: { [K in keyof Omit<ClickPipeSettings, "publicationName">]?: In<ClickPipeSettings[K]> };
  /** default schema_table where two schemas would clash, else the table's name */ targetTable?: (
    table: TableName,
  ) => string;
  /** default: from tables; what is published, where the scope is schemas */ tableMappings?: In<In<TableMapping>[]>;
}
export interface ClickPipesSourceArgs {
  /** A Neon project: its id, or a resource such as `@pulumi/neon`'s Project. Left out: the SQL part only. */ project?:
    | In<string>
    | pulumi.CustomResource;
  /** at least one of the three; the same scope goes to grants and publication */ tables?: In<In<TableSpec>[]>;
  schemas?: In<In<string>[]>;
  allTables?: In<boolean>;
  clickPipesRegion?: In<ClickPipesRegion>;
  allowRestart?: In<boolean>;
  adopt?: In<boolean>;
  pipe?: PipeArgs;
  user?: ClickPipesUserArgs | ClickPipesUser;
  grants?: Partial<ClickPipesGrantsArgs> | false;
  publication?: Partial<PublicationArgs> | Publication;
  logicalReplication?: Partial<LogicalReplicationArgs> | LogicalReplication | false;
  ipAllowlist?: Partial<IpAllowlistArgs> | IpAllowlist | false;
  readiness?: Partial<SourceReadinessArgs> | false;
}
export class ClickPipesSource extends pulumi.ComponentResource {
  /** opts.provider: a Provider of ours */ constructor(
    name: string,
    args: ClickPipesSourceArgs,
    opts?: pulumi.ComponentResourceOptions,
  );
  readonly user: ClickPipesUser;
  readonly publication: Publication;
  readonly grants?: ClickPipesGrants;
  readonly readiness?: SourceReadiness;
  readonly logicalReplication?: LogicalReplication;
  readonly ipAllowlist?: IpAllowlist;
  readonly connection: Leaves<Connection>;
  readonly postgresSource: Leaves<ClickPipePostgresSource>;
}
