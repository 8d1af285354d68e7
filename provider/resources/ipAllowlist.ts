import type * as pulumi from "@pulumi/pulumi";
import type { Region as ResolvedRegion } from "../ipAllowlist/addresses/regions";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";

/** Where the ClickHouse service is, and so from which addresses its ClickPipes connect. */
export interface ClickPipesRegion {
  cloud: pulumi.Input<"aws" | "gcp" | "azure">;
  /** Of the ClickHouse service, not of the Neon project; such as `us-east-1`. An unknown one gets the default region's, with a warning. */
  region: pulumi.Input<string>;
  /**
   * When the service was made, as an ISO date. On AWS a service that is older than its region's addresses uses those of another
   * region. Not given, both are allowed in.
   */
  serviceCreated?: pulumi.Input<string>;
  /**
   * When its first ClickPipe was made, as an ISO date. On GCP from 2026-06-15 on the region's own addresses are used, before that
   * the default region's. Not given, both are allowed in.
   */
  firstClickPipe?: pulumi.Input<string>;
}

export interface IpAllowlistArgs {
  /**
   * Id of the Neon project, such as `quiet-river-123456`.
   * @change replaces the resource: the old project's list is given back first
   */
  projectId: pulumi.Input<string>;
  /**
   * From where ClickPipes will connect. This, or `ips`, or both.
   * @change in place, in one write
   */
  clickPipesRegion?: pulumi.Input<ClickPipesRegion>;
  /**
   * Further addresses, `a-b` ranges or CIDR blocks, IPv4 or IPv6. Strict: Neon's proxy takes a misspelt entry for one that lets
   * nobody in, without an error.
   * @change in place
   */
  ips?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * What to do where the list is empty, and so the project open to the world. `leaveOpen` adds nothing. `restrict` closes it to all but
   * this list: beside ClickPipes' own addresses, `ips` must then name your applications and this machine; a fresh connection is tried afterwards, and if this machine is
   * shut out the addresses are taken out again.
   * @defaultValue `leaveOpen`
   * @change in place
   */
  whenOpen?: pulumi.Input<"leaveOpen" | "restrict">;
  /**
   * Whether the list counts for protected branches only.
   * @defaultValue as found
   * @change in place; left out again, as it was found
   */
  protectedBranchesOnly?: pulumi.Input<boolean>;
  /**
   * Consents to leave the list empty, and so the project open to the world, on delete. Read from the state: set it, run `pulumi up`,
   * then destroy.
   * @defaultValue false
   * @change in the state alone
   */
  allowOpenOnDelete?: pulumi.Input<boolean>;
}

/**
 * The addresses of ClickPipes in a Neon project's IP Allow list, which is part of Neon's Scale plan. Merged, never overwritten:
 * entries of others keep their place and spelling. An empty list means open to the world, and is left so unless `whenOpen` says
 * otherwise. Needs Neon's API key; Postgres only for `restrict`.
 *
 * The addresses come with this package, from ClickHouse's page on
 * [static IPs](https://clickhouse.com/docs/integrations/clickpipes/networking/static-ips); a new version of the table shows as a
 * change of `addresses`.
 *
 * @example
 * ```ts
 * new clickpipes.IpAllowlist(
 *   "app",
 *   { projectId: project.id, clickPipesRegion: { cloud: "aws", region: "us-east-1", serviceCreated: "2026-02-01" } },
 *   { provider: source },
 * );
 * ```
 *
 * @remarks
 * ### What is sent
 *
 * ```
 * GET   /projects/{id}      just before
 * PATCH /projects/{id}      {"project": {"settings": {"allowed_ips": {"ips": [the whole list], "protected_branches_only": as found}}}}
 * GET   /projects/{id}      at once, and a second later; what of ours is missing is merged in again
 * ```
 *
 * Nothing is written where the list is as wished. Neon's API has no conditional write: what an outsider writes within the one
 * round trip between GET and PATCH cannot be seen.
 *
 * ### What a refresh finds
 *
 * An address that somebody took out is gone from `addresses`, and `pulumi up` puts it back. A list that somebody emptied is
 * `drift`, and is closed again only by the next `pulumi up` after that.
 *
 * ### Delete
 *
 * Takes out what this resource put in; what was there before stays. An address bears no mark, so until the state is saved it is
 * noted in the Pulumi home of this machine: what a run that was killed has put in, the next one there knows. Where the list would
 * be empty afterwards, and so open, it refuses without `allowOpenOnDelete`.
 *
 * ### Errors and their cure
 *
 * | The message says | What to do |
 * | --- | --- |
 * | no IP address, a-b range or CIDR block | Correct the entry. |
 * | this machine could not connect to | You would have shut yourself out: add this machine's address to `ips`, and those of your applications. The list is as before. |
 * | says that it belongs to Neon project | The connection is to another project, so it cannot show whether closing this list shuts you out: correct `projectId` or the connection. |
 * | was emptied by somebody | `pulumi refresh` to see it, then `pulumi up` to close it, or `whenOpen: "leaveOpen"`. |
 * | would be empty, and so open to the world | Add other entries first; or `allowOpenOnDelete: true`, `pulumi up`, destroy again. |
 * | IP Allow is part of Neon's Scale | Upgrade the plan, or take a key that may change the project. |
 * | blocks public connections | Allow them in the project's settings, or leave this resource out and use a private connection. |
 * | is being changed by somebody else all the time | Run it again in a moment; if it never stays, see whether the plan includes IP Allow. |
 * | If the project was deleted | `pulumi state delete <urn>`. |
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
  /** `open`: the list is empty, everybody may connect; `restricted`: ours are in it. */
  declare readonly effective: pulumi.Output<"open" | "restricted">;

  constructor(name: string, args: IpAllowlistArgs, opts: pulumi.CustomResourceOptions = {}) {
    const defaults = opts.id === undefined ? { whenOpen: "leaveOpen" } : {};
    super("IpAllowlist", name, properties(args, OUTPUTS, defaults), [], opts);
  }

  /** One that exists, read and not managed; `id` is the project's, `state` names the addresses. A missing one is an error. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): IpAllowlist {
    return new IpAllowlist(name, (state ?? {}) as IpAllowlistArgs, { ...opts, id });
  }

  /** Also of one that another copy of this package made. */
  static override isInstance(value: unknown): value is IpAllowlist {
    return isInstanceOf(value, "IpAllowlist");
  }
}

const OUTPUTS = [...ARGUMENT_NAMES.IpAllowlist, "effective"];
