import type * as pulumi from "@pulumi/pulumi";
import type { Region as ResolvedRegion } from "../ipAllowlist/addresses/regions";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";

/** The regions whose addresses are in the table of this version. */
export type KnownRegion =
  | "af-south-1"
  | "ap-east-1"
  | "ap-east-2"
  | "ap-northeast-1"
  | "ap-northeast-2"
  | "ap-south-1"
  | "ap-southeast-1"
  | "ap-southeast-2"
  | "ap-southeast-3"
  | "asia-northeast1"
  | "asia-southeast1"
  | "australia-southeast1"
  | "ca-central-1"
  | "eu-central-1"
  | "eu-north-1"
  | "eu-west-1"
  | "eu-west-2"
  | "europe-west2"
  | "europe-west3"
  | "europe-west4"
  | "europe-west6"
  | "il-central-1"
  | "mx-central-1"
  | "northamerica-northeast1"
  | "sa-east-1"
  | "us-central1"
  | "us-east-1"
  | "us-east-2"
  | "us-east1"
  | "us-west-2"
  | "us-west1";

/** The location of the ClickHouse service. It decides which addresses its ClickPipes connect from. */
export interface ClickPipesRegion {
  cloud: pulumi.Input<"aws" | "gcp" | "azure">;
  /**
   * Region of the ClickHouse service, not of the Neon project, such as `us-east-1`. For a region that this version does not know, the
   * addresses of the default region are used, with a warning that names the nearest one.
   */
  region: pulumi.Input<KnownRegion | (string & {})>;
  /**
   * When the service was created, as an ISO date. On AWS, a service that is older than its region's addresses uses those of
   * another region. If you omit the date, both sets are allowed.
   */
  serviceCreated?: pulumi.Input<string> | undefined;
  /**
   * When the first ClickPipe of the service was created, as an ISO date. On GCP, the region's own addresses are used from
   * 2026-06-15 on, and those of the default region before that. If you omit the date, both sets are allowed.
   */
  firstClickPipe?: pulumi.Input<string> | undefined;
}

export interface IpAllowlistArgs {
  /**
   * Id of the Neon project, such as `quiet-river-123456`.
   * @change replaces the resource: its entries are removed from the old project's list first
   */
  projectId: pulumi.Input<string>;
  /**
   * The location that ClickPipes will connect from. Set this, or `ips`, or both.
   * @change in place, in one write
   */
  clickPipesRegion?: pulumi.Input<ClickPipesRegion> | undefined;
  /**
   * Further addresses, `a-b` ranges or CIDR blocks, IPv4 or IPv6. They are checked strictly: Neon's proxy accepts a misspelled
   * entry without an error, and such an entry lets no one in.
   * @change in place
   */
  ips?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * What to do if the list is empty, which leaves the project open to the world. `leaveOpen` adds nothing. `restrict` closes the
   * project to every address that is not in `clickPipesRegion` or `ips`. In addition to ClickPipes' own addresses, `ips` must then
   * contain those of your applications and of this machine. Afterwards, `restrict` tests a new connection. If this machine is shut
   * out, it removes the addresses again.
   * @defaultValue `leaveOpen`
   * @change in place
   */
  whenOpen?: pulumi.Input<"leaveOpen" | "restrict"> | undefined;
  /**
   * Whether the list applies to protected branches only.
   * @defaultValue unchanged
   * @change in place; if you remove it again, the earlier value is restored
   */
  protectedBranchesOnly?: pulumi.Input<boolean> | undefined;
  /**
   * Allows delete to leave the list empty, which opens the project to the world. Delete reads it from the state: set it, run
   * `pulumi up`, then destroy.
   * @defaultValue false
   * @change in the state only
   */
  allowOpenOnDelete?: pulumi.Input<boolean> | undefined;
}

/**
 * Adds the addresses of ClickPipes to a Neon project's IP Allow list, which is part of Neon's Scale plan. The list is merged, never
 * overwritten: the entries of other users keep their place and spelling. An empty list means that the project is open to the world.
 * It stays open unless you set `whenOpen`. This resource needs Neon's API key. It needs Postgres only for `restrict`.
 *
 * The addresses come with this package. They are copied from ClickHouse's page on
 * [static IPs](https://clickhouse.com/docs/integrations/clickpipes/networking/static-ips). A new version of the table shows up as a
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
 * GET   /projects/{id}      right before the write
 * PATCH /projects/{id}      {"project": {"settings": {"allowed_ips": {"ips": [the whole list], "protected_branches_only": as found}}}}
 * GET   /projects/{id}      right after it, and again a second later; missing addresses of this resource are merged in again
 * ```
 *
 * If the list is already as desired, nothing is written. Neon's API has no conditional write: a change that another user makes within
 * the one round trip between GET and PATCH cannot be seen.
 *
 * ### What a refresh finds
 *
 * If another user removed an address, it disappears from `addresses`, and `pulumi up` adds it again. If another user emptied the list,
 * that is `drift`. With `restrict`, the next `pulumi up` after such a refresh closes the list again, and no earlier one does.
 *
 * ### Delete
 *
 * Delete removes what this resource added. What was there before stays. Several resources of a program may list the same address: the
 * last of them removes it. If the list would then be empty, and so open, delete refuses unless you set `allowOpenOnDelete`.
 *
 * An address cannot carry a marker, so this machine keeps a note in its Pulumi home until the state is saved. If a run is killed, the
 * next run on the same machine knows what that run added, even if you renamed the resource or changed its arguments in the meantime.
 *
 * ### Errors and fixes
 *
 * | The message says | What to do |
 * | --- | --- |
 * | is not an IP address, a-b range or CIDR block | Correct the entry. |
 * | this machine could no longer connect to | The list would have shut you out. Add this machine's address to `ips`, and those of your applications. The list is as before, unless the message says otherwise. |
 * | reports that it belongs to Neon project | The connection is to another project, so it cannot show whether closing this list shuts you out. Correct `projectId` or the connection. |
 * | was emptied by another user | Run `pulumi refresh` to see it, then `pulumi up` to close it. Or set `whenOpen: "leaveOpen"`. |
 * | empty, and so open to the world | Add other entries first. Or set `allowOpenOnDelete: true`, run `pulumi up`, then destroy again. |
 * | IP Allow is part of Neon's Scale | Upgrade the plan, or use a key that may change the project. |
 * | blocks public connections | Allow them in the project's settings. Or remove this resource and use a private connection. |
 * | another user keeps changing | Run the command again in a moment. If the changes never last, check that the plan includes IP Allow. |
 * | this is not Neon's API | Another server answered, such as a proxy. Check `neonApiUrl`. |
 * | belongs to a later create of this resource | A replacement was interrupted. Run `pulumi up`, then destroy again. |
 * | If the project was deleted | Run `pulumi state delete <urn>`. |
 */
export class IpAllowlist extends DynamicResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly clickPipesRegion: pulumi.Output<ResolvedRegion | undefined>;
  declare readonly ips: pulumi.Output<string[] | undefined>;
  declare readonly whenOpen: pulumi.Output<"leaveOpen" | "restrict">;
  declare readonly protectedBranchesOnly: pulumi.Output<boolean | undefined>;
  declare readonly allowOpenOnDelete: pulumi.Output<boolean | undefined>;
  /** The addresses that are kept in the list, in canonical form: those of the region, and `ips`. */
  declare readonly addresses: pulumi.Output<string[]>;
  /** `open` if the list is empty, so that anyone can connect. `restricted` if it contains the addresses of this resource. */
  declare readonly effective: pulumi.Output<"open" | "restricted">;

  constructor(name: string, args: IpAllowlistArgs, opts: pulumi.CustomResourceOptions = {}) {
    const defaults = opts.id === undefined ? { whenOpen: "leaveOpen" } : {};
    super("IpAllowlist", name, properties(args, OUTPUTS, defaults), [], opts);
  }

  /**
   * Reads the list of an existing project without managing it. `id` is the project's id, and `state` names the addresses. A missing
   * project is an error.
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): IpAllowlist {
    return new IpAllowlist(name, (state ?? {}) as IpAllowlistArgs, { ...opts, id });
  }

  /** Also true for an instance from another copy of this package. */
  static override isInstance(value: unknown): value is IpAllowlist {
    return isInstanceOf(value, "IpAllowlist");
  }
}

const OUTPUTS = [...ARGUMENT_NAMES.IpAllowlist, "effective"];
