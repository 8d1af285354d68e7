import type * as pulumi from "@pulumi/pulumi";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { DEFAULT_USER } from "../lifecycle/defaults";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";

/** Which database a resource lives in; compared before every read, update and delete. */
export interface Target {
  database: string;
  /** Of the server's cluster (`pg_control_system()`). Neon's branches of one project share it. */
  systemIdentifier: string;
  /** Neon's project id (`neon.project_id`); absent elsewhere. */
  neonProject?: string;
  /** Neon's branch id (`neon.branch_id`); absent elsewhere. */
  neonBranch?: string;
}

export interface ClickPipesUserArgs {
  /**
   * Name of the role, 1 to 63 bytes. Names that Postgres or Neon reserve (`pg_…`, `public`, `none`, `neon_superuser`,
   * `cloud_admin` and the like) are refused.
   * @defaultValue `clickpipes_user`
   * @change in place, password and grants stay; a pipe needs the new name
   */
  name?: pulumi.Input<string>;
  /**
   * The role's password; secret. One that is to be set needs at least 60 bits of entropy, below which Neon refuses it
   * (counted as Neon counts, by the formula of go-password-validator). One that an adopted role accepts already is tried by
   * login, and neither judged nor set.
   * @defaultValue generated: 32 characters of four classes
   * @change in place; the old one is refused from then on
   */
  password?: pulumi.Input<string>;
  /**
   * Any text or number: another one than before has a new password generated. Beside `password` it has one meaning, for a role
   * that is adopted and does not accept that password: set it.
   * @change in place; the old password is refused from then on
   */
  passwordVersion?: pulumi.Input<string | number>;
  /**
   * How many connections the role may hold at once; -1 is no limit. ClickPipes' first load takes several.
   * @defaultValue as found; no limit for a new role
   * @change in place
   */
  connectionLimit?: pulumi.Input<number>;
  /**
   * Until when the password is good: a time in ISO 8601, UTC where it names no zone, or `"infinity"`. Left out, a role whose
   * time is over is made good for ever.
   * @defaultValue as found; for ever for a new role
   * @change in place
   */
  validUntil?: pulumi.Input<string>;
  /**
   * Your own part of the role's COMMENT, before our mark; `""` takes it out.
   * @defaultValue as found
   * @change in place
   */
  comment?: pulumi.Input<string>;
  /**
   * Takes over a role that exists, and leaves it standing on delete. Needs its `password`, or `passwordVersion` to have it
   * reset. Where there is no such role, one is made. What this resource made itself never becomes adopted.
   * @defaultValue false
   * @change none by itself: it counts when the resource is created
   */
  adopt?: pulumi.Input<boolean>;
  /**
   * Drops an adopted role on delete too. Read from the state: set it, run `pulumi up`, then destroy.
   * @defaultValue false
   * @change in the state alone
   */
  deleteAdopted?: pulumi.Input<boolean>;
  /**
   * Accepts a role that is more than a reader (SUPERUSER, BYPASSRLS, CREATEROLE, CREATEDB, member of `neon_superuser`), such
   * as each that Neon's console, CLI and API make. Without it such a role is not adopted, and these rights are drift.
   * @defaultValue false
   * @change in place: taken back, the next `pulumi up` takes the rights away where the admin may
   */
  allowPrivileged?: pulumi.Input<boolean>;
  /**
   * Drops the role on delete although sessions or slots of it are active. Read from the state, as `deleteAdopted`.
   * @defaultValue false
   * @change in the state alone
   */
  allowLeftoverSlots?: pulumi.Input<boolean>;
}

/**
 * The role that ClickPipes logs in as: LOGIN, REPLICATION and a password, and nothing else. Every change is in place. Delete
 * refuses, naming what is in the way, while the role is in use or holds rights that this stack did not give.
 *
 * It takes Postgres 16 or later, or a superuser: before 16 no other admin may make or alter a role with REPLICATION. On Neon's
 * Postgres 14 and 15 make the role with Neon's API and adopt it, with `allowPrivileged` and its `password`; nothing is altered
 * then.
 *
 * @example
 * ```ts
 * const user = new clickpipes.ClickPipesUser("clickpipes", { passwordVersion: 1 }, { provider: source });
 * ```
 *
 * @remarks
 * ### What is sent
 *
 * ```sql
 * -- create, in one transaction; the password is a bind value and stands in no statement's text
 * CREATE ROLE clickpipes_user LOGIN REPLICATION;                         -- CONNECTION LIMIT, VALID UNTIL where given
 * SELECT set_config('clickpipes.role', $1, true), set_config('clickpipes.password', $2, true);
 * DO $$ … EXECUTE format('alter role %I password %L', …) … $$;
 * COMMENT ON ROLE clickpipes_user IS '…';                                -- your comment, then our mark
 * -- a change: only what differs
 * ALTER ROLE clickpipes_user RENAME TO …;
 * ALTER ROLE … LOGIN REPLICATION CONNECTION LIMIT … VALID UNTIL '…';
 * -- delete
 * DROP ROLE clickpipes_user;
 * ```
 *
 * A login with the password follows every change of it. With `log_statement = all`, or durations logged, Postgres writes bind
 * values to its own log, and so the password; up to `ddl` it does not.
 *
 * ### What a refresh finds
 *
 * NOLOGIN, a lost REPLICATION, a password that no longer works (tried by login), rights beyond a reader's, a lost mark: each a
 * sentence under `drift`, mended by the next `pulumi up`; what the admin may not mend it warns of, with the statement to run. A
 * new `connectionLimit`, `validUntil`, `comment` or name shows as itself. A role that is gone leaves the state, and `pulumi up` makes it again, with a new password unless `password` is given.
 *
 * ### Delete
 *
 * Waits up to `deleteTimeout` for sessions and active slots of the role to end, then refuses. Refuses at once where rights or
 * objects are left that this stack did not give. An adopted role stays: renames, limits and comments that were changed are
 * changed back. A role that bears another token than the state knows belongs to a later create, and is left alone.
 *
 * ### Errors and their cure
 *
 * | The message says | What to do |
 * | --- | --- |
 * | exists already | Somebody else's role, or another resource's: `adopt: true`, or another `name`; `aliases`, where a resource of this stack was renamed in the program. |
 * | exists and its password cannot be read | Give `password`, or `passwordVersion` to have it reset; whoever uses the old one is locked out then. |
 * | does not accept the `password` given | Correct it, or add `passwordVersion` to have it set to that one. |
 * | is more than a reader | Use a role of its own, or accept it with `allowPrivileged: true`. |
 * | only a superuser can make a REPLICATION role | Postgres 14 and 15: adopt a role made with Neon's API, or upgrade. |
 * | cannot make a REPLICATION role: it lacks | Connect as the owner role that Neon made with the project. |
 * | needs a change, and | The admin has no ADMIN option on an adopted role: change it with Neon's console or API, or ask for what it is. |
 * | bits of entropy | Make the password longer, with more kinds of characters, or leave it out. |
 * | cannot be given its `comment` | Leave `comment` out: the admin may not comment on an adopted role on which it has no ADMIN option. |
 * | is the one that Pulumi connects with | Its password is not reset: give the `password` it has, or let ClickPipes have a role of its own. |
 * | is a hash | Give the plain password: Postgres would store a verifier as it stands. |
 * | cannot be renamed: a role | Choose another name; two of one stack change names through a third, in a `pulumi up` each. |
 * | cannot be dropped: | The admin has no ADMIN option on it, or is no superuser as it is: have it dropped by one who may. |
 * | does not accept the password that was just set | Run `pulumi up` again. |
 * | is in use: | Stop the ClickPipe; or `allowLeftoverSlots: true`, `pulumi up`, destroy again. |
 * | these still depend on it | Revoke or give away what is named, then destroy again. Nothing is ever dropped or reassigned for you. |
 */
export class ClickPipesUser extends DynamicResource {
  declare readonly name: pulumi.Output<string>;
  /** The password that works now, given or generated. Always secret. */
  declare readonly password: pulumi.Output<string>;
  declare readonly passwordVersion: pulumi.Output<string | number | undefined>;
  declare readonly connectionLimit: pulumi.Output<number | undefined>;
  declare readonly validUntil: pulumi.Output<string | undefined>;
  declare readonly comment: pulumi.Output<string | undefined>;
  declare readonly adopt: pulumi.Output<boolean | undefined>;
  declare readonly deleteAdopted: pulumi.Output<boolean | undefined>;
  declare readonly allowPrivileged: pulumi.Output<boolean | undefined>;
  declare readonly allowLeftoverSlots: pulumi.Output<boolean | undefined>;
  /** OID of the role, by which it is found whatever its name. */
  declare readonly roleOid: pulumi.Output<number>;
  declare readonly target: pulumi.Output<Target>;

  constructor(name: string, args: ClickPipesUserArgs = {}, opts: pulumi.CustomResourceOptions = {}) {
    const defaults = opts.id === undefined ? { name: DEFAULT_USER } : {};
    super("ClickPipesUser", name, properties(args, OUTPUTS, defaults, ["password"]), ["password"], opts);
  }

  /** One that exists, read and not managed; `id` is the role's name. A missing one is an error. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): ClickPipesUser {
    return new ClickPipesUser(name, state as ClickPipesUserArgs, { ...opts, id });
  }

  /** Also of one that another copy of this package made. */
  static override isInstance(value: unknown): value is ClickPipesUser {
    return isInstanceOf(value, "ClickPipesUser");
  }
}

const OUTPUTS = [...ARGUMENT_NAMES.ClickPipesUser, "roleOid", "target"];
