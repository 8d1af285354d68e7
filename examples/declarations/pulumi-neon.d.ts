// The parts of `@pulumi/neon` that the examples use, as the real bridge generates them (kislerdm/neon 0.15.0). They stand in
// for it here, where it cannot be generated: `pulumi package add` needs hosts beyond the package registries.
declare module "@pulumi/neon" {
  import type * as pulumi from "@pulumi/pulumi";

  export interface ProjectArgs {
    name?: pulumi.Input<string | undefined>;
    regionId?: pulumi.Input<string | undefined>;
    pgVersion?: pulumi.Input<number | undefined>;
    enableLogicalReplication?: pulumi.Input<string | undefined>;
    allowedIps?: pulumi.Input<pulumi.Input<string>[] | undefined>;
    allowedIpsProtectedBranchesOnly?: pulumi.Input<string | undefined>;
  }

  export class Project extends pulumi.CustomResource {
    constructor(name: string, args?: ProjectArgs, opts?: pulumi.CustomResourceOptions);
    readonly defaultBranchId: pulumi.Output<string>;
    readonly databaseHost: pulumi.Output<string>;
    readonly databaseName: pulumi.Output<string>;
    readonly databaseUser: pulumi.Output<string>;
    readonly databasePassword: pulumi.Output<string>;
    readonly connectionUri: pulumi.Output<string>;
  }

  export interface DatabaseArgs {
    projectId: pulumi.Input<string>;
    branchId: pulumi.Input<string>;
    ownerName: pulumi.Input<string>;
    name?: pulumi.Input<string | undefined>;
  }

  export class Database extends pulumi.CustomResource {
    constructor(name: string, args: DatabaseArgs, opts?: pulumi.CustomResourceOptions);
    readonly name: pulumi.Output<string>;
  }
}
