import type * as pulumi from "@pulumi/pulumi";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { DEFAULT_USER } from "../lifecycle/defaults";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";

/** The database that a resource lives in. It is compared before every read, update and delete. */
export interface Target {
  database: string;
  /** Identifies the server's cluster (`pg_control_system()`). All branches of a Neon project share it. */
  systemIdentifier: string;
  /** Neon's project id (`neon.project_id`). Absent on other servers. */
  neonProject?: string;
  /** Neon's branch id (`neon.branch_id`). Absent on other servers. */
  neonBranch?: string;
}

export interface ClickPipesUserArgs {
  /**
   * Name of the role, 1 to 63 bytes. Names that Postgres or Neon reserve (`pg_…`, `public`, `none`, `neon_superuser`,
   * `cloud_admin` and the like) are refused.
   * @defaultValue `clickpipes_user`
   * @change in place; the role keeps its password and grants, but a pipe needs the new name
   */
  name?: pulumi.Input<string> | undefined;
  /**
   * The role's password. It is secret. A password that has to be set needs at least 60 bits of entropy, because Neon refuses
   * anything weaker. (The entropy is counted as Neon counts it, with the formula of go-password-validator.) If an adopted role
   * already accepts the password in a login, its strength is not checked and it is not set again.
   * @defaultValue generated: 32 characters from four classes
   * @change in place; the old password stops working
   */
  password?: pulumi.Input<string> | undefined;
  /**
   * Any text or number. Change it to generate a new password. Together with `password` it has one meaning: if an adopted role
   * does not accept that password, set it.
   * @change in place; the old password stops working
   */
  passwordVersion?: pulumi.Input<string | number> | undefined;
  /**
   * How many connections the role may hold at once; -1 means no limit. ClickPipes' initial load opens several.
   * @defaultValue as found; no limit for a new role
   * @change in place
   */
  connectionLimit?: pulumi.Input<number> | undefined;
  /**
   * When the password expires: an ISO 8601 time (in UTC if it names no zone), or `"infinity"`. If you leave it out, an expired
   * role becomes valid permanently.
   * @defaultValue as found; a new role never expires
   * @change in place
   */
  validUntil?: pulumi.Input<string> | undefined;
  /**
   * Your own part of the role's COMMENT, in front of the marker that pulumi-neon-clickpipes adds. `""` removes it.
   * @defaultValue as found
   * @change in place
   */
  comment?: pulumi.Input<string> | undefined;
  /**
   * Takes over an existing role, and leaves it in place on delete. It needs the role's `password`, or `passwordVersion` to reset
   * the password. If there is no such role, one is created. A role that this resource created never becomes adopted.
   * @defaultValue false
   * @change no effect by itself; it counts only when the resource is created
   */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * Drops the role on delete even if it was adopted. It is read from the state: set it, run `pulumi up`, then destroy.
   * @defaultValue false
   * @change in the state only
   */
  deleteAdopted?: pulumi.Input<boolean> | undefined;
  /**
   * Accepts a role with more privileges than ClickPipes needs (SUPERUSER, BYPASSRLS, CREATEROLE, CREATEDB, or membership in
   * `neon_superuser`). Every role made with Neon's console, CLI or API has such privileges. Otherwise such a role is not
   * adopted, and these privileges are drift.
   * @defaultValue false
   * @change in place; if you remove it, the next `pulumi up` takes the privileges away if the admin may
   */
  allowPrivileged?: pulumi.Input<boolean> | undefined;
  /**
   * Drops the role on delete even if it has sessions or active slots. It is read from the state, like `deleteAdopted`.
   * @defaultValue false
   * @change in the state only
   */
  allowLeftoverSlots?: pulumi.Input<boolean> | undefined;
}

/**
 * The role that ClickPipes logs in as. It has LOGIN, REPLICATION and a password, and nothing else. Every change is in place.
 * Delete refuses, and lists what is blocking it, while the role is in use or holds rights that this stack did not give.
 *
 * It needs Postgres 16 or later, or a superuser: before 16, no other admin may create or alter a role with REPLICATION. On
 * Neon's Postgres 14 and 15, create the role with Neon's API and adopt it with `allowPrivileged` and its `password`. The role is
 * not altered then.
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
 * -- create, in one transaction; the password is a bind value and is not part of any statement's text
 * CREATE ROLE clickpipes_user LOGIN REPLICATION;                         -- CONNECTION LIMIT, VALID UNTIL if given
 * SELECT set_config('clickpipes.role', $1, true), set_config('clickpipes.password', $2, true);
 * DO $$ … EXECUTE format('alter role %I password %L', …) … $$;
 * COMMENT ON ROLE clickpipes_user IS '…';                                -- your comment, then the marker
 * -- update: only what differs
 * ALTER ROLE clickpipes_user RENAME TO …;
 * ALTER ROLE … LOGIN REPLICATION CONNECTION LIMIT … VALID UNTIL '…';
 * -- delete
 * DROP ROLE clickpipes_user;
 * ```
 *
 * Every password change is followed by a login with the new password. With `log_statement = all`, or if it logs durations,
 * Postgres writes bind values to its own log, and so the password too. With `log_statement` up to `ddl` it does not.
 *
 * ### What a refresh finds
 *
 * Each of these is a sentence under `drift`, and the next `pulumi up` fixes it:
 *
 * - NOLOGIN
 * - a lost REPLICATION
 * - a password that no longer works (tested with a login)
 * - more privileges than ClickPipes needs
 * - a lost marker
 *
 * If the admin may not fix it, `pulumi up` warns and gives the statement to run. A changed `connectionLimit`, `validUntil`,
 * `comment` or name shows up as that argument. A role that no longer exists leaves the state. `pulumi up` then creates it again,
 * with a new password unless you set `password`.
 *
 * ### Delete
 *
 * Delete waits up to `deleteTimeout` for the role's sessions and active slots to end, and for the ClickPipesGrants that its comment
 * names to be deleted, then refuses. It refuses at once if the role still owns objects. An adopted role stays, and its earlier name,
 * limits and comment are restored. A role with a different token than the one in the state belongs to a later create, and is left
 * alone. Delete says what it leaves, and why.
 *
 * ### Errors and fixes
 *
 * | The message says | What to do |
 * | --- | --- |
 * | already exists and | The role belongs to another user or another resource. Set `adopt: true`, or choose another `name`. If you renamed a resource of this stack in the program, set `aliases`. |
 * | has two owners in this program | Give one of the two resources another `name`, or share it: pass the first one as `user` to the second source. |
 * | now belongs to | Another resource adopted the role. Remove one of the two from its program. |
 * | has lost this resource's marker | The comment was replaced. Run `pulumi refresh` and `pulumi up`, which write the marker again, then destroy. |
 * | exists, and its password cannot be read | Set `password`, or set `passwordVersion` to reset it. A reset locks out every client that uses the old password. |
 * | does not accept the given `password` | Correct it, or add `passwordVersion` to set the role's password to it. |
 * | has more privileges than ClickPipes needs | Use a separate role, or accept this one with `allowPrivileged: true`. |
 * | only a superuser can create a REPLICATION role | On Postgres 14 and 15, adopt a role made with Neon's API, or upgrade. |
 * | has no REPLICATION. | On Postgres 14 and 15, adopt another role, made with Neon's API, or upgrade. |
 * | cannot create a REPLICATION role: it lacks | Connect as the owner role that Neon created with the project. |
 * | needs a change that | The admin has no ADMIN option on an adopted role. Make the change with Neon's console or API, or set the arguments to what the role already has. |
 * | bits of entropy | Make the password longer, with more kinds of characters, or leave it out. |
 * | cannot be given its `comment` | Remove `comment`. The admin may not comment on an adopted role on which it has no ADMIN option. |
 * | is the role that Pulumi connects as | The provider does not reset its password. Set `password` to the password that the role has, or give ClickPipes its own role. |
 * | is a hash | Give the plain password. Postgres would store the hash unchanged as a verifier. |
 * | cannot be renamed to | Choose another name. To swap the names of two roles of one stack, use a third name, with one `pulumi up` for each rename. |
 * | cannot be dropped. | The admin has no ADMIN option on the role, or the role is a superuser and the admin isn't. Have it dropped by an admin who may. |
 * | does not accept the password that was just set | Run `pulumi up` again. |
 * | is in use, so nothing was dropped | Stop the ClickPipe, then destroy again. Or set `allowLeftoverSlots: true`, run `pulumi up`, then destroy again. |
 * | other objects still depend on it | Run the statements in the message (for policies and default privileges), revoke the other rights, and reassign the objects that it names. Then destroy again. The provider never drops or reassigns anything for you. |
 */
export class ClickPipesUser extends DynamicResource {
  declare readonly name: pulumi.Output<string>;
  /** The current password, given or generated. It is always secret. */
  declare readonly password: pulumi.Output<string>;
  declare readonly passwordVersion: pulumi.Output<string | number | undefined>;
  declare readonly connectionLimit: pulumi.Output<number | undefined>;
  declare readonly validUntil: pulumi.Output<string | undefined>;
  declare readonly comment: pulumi.Output<string | undefined>;
  declare readonly adopt: pulumi.Output<boolean | undefined>;
  declare readonly deleteAdopted: pulumi.Output<boolean | undefined>;
  declare readonly allowPrivileged: pulumi.Output<boolean | undefined>;
  declare readonly allowLeftoverSlots: pulumi.Output<boolean | undefined>;
  /** OID of the role. The role is found by it even after a rename. */
  declare readonly roleOid: pulumi.Output<number>;
  declare readonly target: pulumi.Output<Target>;

  constructor(name: string, args: ClickPipesUserArgs = {}, opts: pulumi.CustomResourceOptions = {}) {
    const defaults = opts.id === undefined ? { name: DEFAULT_USER } : {};
    super("ClickPipesUser", name, properties(args, OUTPUTS, defaults, ["password"]), ["password"], opts);
  }

  /** Reads an existing role without managing it. `id` is the role's name. A missing role is an error. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): ClickPipesUser {
    return new ClickPipesUser(name, state as ClickPipesUserArgs, { ...opts, id });
  }

  /** Also true for an instance made by another copy of this package. */
  static override isInstance(value: unknown): value is ClickPipesUser {
    return isInstanceOf(value, "ClickPipesUser");
  }
}

const OUTPUTS = [...ARGUMENT_NAMES.ClickPipesUser, "roleOid", "target"];
