import type * as pulumi from "@pulumi/pulumi";
import type { Region as ResolvedRegion } from "../addresses/regions";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";

/** Where ClickPipes runs. */
export interface ClickPipesRegion {
  cloud: pulumi.Input<"aws" | "gcp" | "azure">;
  /** Of the ClickHouse service, not of the Neon project. */
  region: pulumi.Input<string>;
  /** ISO date, where known: decides on AWS whether the region's addresses or those of the region before it are used. */
  serviceCreated?: pulumi.Input<string>;
  /** ISO date, where known: decides on GCP whether the region's addresses or the default region's are used. */
  firstClickPipe?: pulumi.Input<string>;
}

export interface IpAllowlistArgs {
  projectId: pulumi.Input<string>;
  /** From where ClickPipes will connect. This, or `ips`, or both. */
  clickPipesRegion?: pulumi.Input<ClickPipesRegion>;
  /** Further addresses, `a-b` ranges or CIDR blocks, IPv4 or IPv6. */
  ips?: pulumi.Input<pulumi.Input<string>[]>;
  /** What to do where the list is empty. Default `leaveOpen`; `restrict` closes the project to all but this list, and needs `ips`. */
  whenOpen?: pulumi.Input<"leaveOpen" | "restrict">;
  /** Whether the list counts for protected branches only. Default: as found. */
  protectedBranchesOnly?: pulumi.Input<boolean>;
  /** Consents to leave the list empty, and so the project open to the world, on delete. Must be in the state before. */
  allowOpenOnDelete?: pulumi.Input<boolean>;
}

/**
 * The addresses of ClickPipes in a Neon project's IP Allow list (Neon's Scale plan). Merged, never overwritten: entries of
 * others keep their place and spelling. An empty list means open to the world, and is left so unless `whenOpen` says
 * otherwise. Every change is in place but another `projectId`. Delete takes out only what was not there before.
 */
export class IpAllowlist extends DynamicResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly clickPipesRegion: pulumi.Output<ResolvedRegion | undefined>;
  declare readonly ips: pulumi.Output<string[] | undefined>;
  declare readonly whenOpen: pulumi.Output<"leaveOpen" | "restrict">;
  declare readonly protectedBranchesOnly: pulumi.Output<boolean | undefined>;
  declare readonly allowOpenOnDelete: pulumi.Output<boolean | undefined>;
  /** What is kept in the list, in canonical form: the addresses of the region, and `ips`. */
  declare readonly addresses: pulumi.Output<string[]>;
  /** open: the list is empty, everybody may connect; restricted: ours are in it. */
  declare readonly effective: pulumi.Output<"open" | "restricted">;

  constructor(name: string, args: IpAllowlistArgs, opts: pulumi.CustomResourceOptions = {}) {
    const defaults = opts.id === undefined ? { whenOpen: "leaveOpen" } : {};
    super("IpAllowlist", name, properties(args, OUTPUTS, defaults), [], opts);
  }

  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): IpAllowlist {
    return new IpAllowlist(name, (state ?? {}) as IpAllowlistArgs, { ...opts, id });
  }

  static override isInstance(value: unknown): value is IpAllowlist {
    return isInstanceOf(value, "IpAllowlist");
  }
}

const OUTPUTS = [
  "projectId",
  "clickPipesRegion",
  "ips",
  "whenOpen",
  "protectedBranchesOnly",
  "allowOpenOnDelete",
  "addresses",
  "effective",
];
