import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";

/** Which database a resource lives in; compared before every read, update and delete. */
export interface Target {
  database: string;
  systemIdentifier: string;
  neonProject?: string;
  neonBranch?: string;
}

export const DEFAULT_USER = "clickpipes_user";

export interface ClickPipesUserArgs {
  /** Default `clickpipes_user`. Changed in place: grants and password stay. */
  name?: pulumi.Input<string>;
  /** Default: one is generated, 32 characters of four classes. At least 60 bits of entropy, as Neon demands. Changed in place. */
  password?: pulumi.Input<string>;
  /** Another value has a new password generated, in place; the old one is refused from then on. */
  passwordVersion?: pulumi.Input<string | number>;
  /** Default: as found, for a new role -1 (no limit). */
  connectionLimit?: pulumi.Input<number>;
  /** ISO 8601, or "infinity". Default: as found, for a new role without end. */
  validUntil?: pulumi.Input<string>;
  /** The user's own part of the role's COMMENT. */
  comment?: pulumi.Input<string>;
  /** Takes over a role that exists; delete then leaves it standing. Needs `password`, or `passwordVersion` to reset it. */
  adopt?: pulumi.Input<boolean>;
  /** Drops an adopted role on delete. Must be in the state before: set it, run `pulumi up`, then destroy. */
  deleteAdopted?: pulumi.Input<boolean>;
  /** Accepts a role that is more than a reader, such as one made with Neon's API. */
  allowPrivileged?: pulumi.Input<boolean>;
  /** Drops the role on delete although sessions or slots of it are still active. */
  allowLeftoverSlots?: pulumi.Input<boolean>;
}

/**
 * The role that ClickPipes logs in as: LOGIN and REPLICATION, a password, and nothing else. Needs Postgres 16 or later,
 * or a superuser. Every change is in place. Delete refuses, naming what is in the way, while the role is in use or holds
 * rights that this stack did not give.
 */
export class ClickPipesUser extends DynamicResource {
  declare readonly name: pulumi.Output<string>;
  /** Always secret. */
  declare readonly password: pulumi.Output<string>;
  declare readonly passwordVersion: pulumi.Output<string | number | undefined>;
  declare readonly connectionLimit: pulumi.Output<number | undefined>;
  declare readonly validUntil: pulumi.Output<string | undefined>;
  declare readonly comment: pulumi.Output<string | undefined>;
  declare readonly adopt: pulumi.Output<boolean | undefined>;
  declare readonly deleteAdopted: pulumi.Output<boolean | undefined>;
  declare readonly allowPrivileged: pulumi.Output<boolean | undefined>;
  declare readonly allowLeftoverSlots: pulumi.Output<boolean | undefined>;
  declare readonly roleOid: pulumi.Output<number>;
  declare readonly target: pulumi.Output<Target>;

  constructor(name: string, args: ClickPipesUserArgs = {}, opts: pulumi.CustomResourceOptions = {}) {
    const defaults = opts.id === undefined ? { name: DEFAULT_USER } : {};
    super("ClickPipesUser", name, properties(args, OUTPUTS, defaults, ["password"]), ["password"], opts);
  }

  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): ClickPipesUser {
    return new ClickPipesUser(name, state as ClickPipesUserArgs, { ...opts, id });
  }

  static override isInstance(value: unknown): value is ClickPipesUser {
    return isInstanceOf(value, "ClickPipesUser");
  }
}

const OUTPUTS = [
  "name",
  "password",
  "passwordVersion",
  "connectionLimit",
  "validUntil",
  "comment",
  "adopt",
  "deleteAdopted",
  "allowPrivileged",
  "allowLeftoverSlots",
  "roleOid",
  "target",
];
