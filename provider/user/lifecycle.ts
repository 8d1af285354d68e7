import { announceRole } from "../lifecycle/announcedRoles";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import type { Lifecycle } from "../lifecycle/lifecycle";
import type { Ownership } from "../postgres/sql/mark";
import { planRole, type Role, readRole, toRole } from "../postgres/sql/role";
import { readServer, toServer } from "../postgres/sql/server";
import { readArguments } from "./arguments";
import { createUser } from "./create";
import { readUser } from "./read";
import { adoptable, belongsToAnother, nameTaken, strongEnough } from "./refusals";
import { removeUser } from "./remove";
import { mayAlter, mayCommentOn, mayCreateUsers, notOwnPassword } from "./rights";
import { updateUser } from "./update";

export interface UserInputs extends Inputs {
  mark: string;
  name: string;
  password?: string;
  passwordVersion?: string | number;
  connectionLimit?: number;
  validUntil?: string;
  comment?: string;
  adopt?: boolean;
  deleteAdopted?: boolean;
  allowPrivileged?: boolean;
  allowLeftoverSlots?: boolean;
}

export interface UserOutputs extends Inputs {
  password?: string;
  roleOid: number;
  target: unknown;
  token: string;
  /** The password is ours, not the program's. */
  generated?: boolean;
  adopted?: boolean;
  /** What an adopted role was like before, where we changed it. */
  before?: Partial<Pick<Role, "name" | "canLogin" | "replication" | "connectionLimit" | "validUntil">> & {
    comment?: string | null;
    /** Somebody else's mark. */
    owned?: Ownership;
  };
}

export type UserState = UserInputs & UserOutputs;

export const clickPipesUser: Lifecycle = {
  needs: () => ["postgres"],
  secrets: ["password"],
  arguments: ARGUMENT_NAMES.ClickPipesUser,
  check(args, olds) {
    const inputs = readArguments(args, olds);
    announceRole(inputs.name);
    return inputs;
  },
  look,
  create: createUser,
  read: readUser,
  update: updateUser,
  remove: removeUser,
};

async function look(context: Context, olds: Inputs, inputs: Inputs): Promise<void> {
  const user = inputs as UserInputs;
  if (olds.name === user.name) return;
  const seen = await context.lookAt((session) => session.run(readServer, readRole({ oid: null, name: user.name })));
  if (!seen) return;
  const server = toServer(seen[0]?.rows[0] ?? {});
  const role = toRole(seen[1]?.rows[0]);
  context.checkPlace(server);
  if (!role) {
    if (olds.name !== undefined) return;
    mayCreateUsers(server, user.name);
    if (user.password !== undefined) strongEnough(user.password);
    return;
  }
  if (role.marked.owner?.mark === user.mark) return;
  if (olds.name !== undefined) throw nameTaken(String(olds.name), role, user);
  if (!user.adopt) throw belongsToAnother(role, user);
  adoptable(role, server, user);
  mayCommentOn(server, role, user.comment);
  const resets = user.password === undefined;
  if (resets) notOwnPassword(server, role);
  if (resets || planRole(user, role).length > 0) mayAlter(server, role);
  context.inform(`role "${user.name}" exists and would be adopted`);
}
