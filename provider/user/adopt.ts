import type { Context } from "../lifecycle/context";
import { formatComment, type Ownership, wishedComment } from "../postgres/sql/mark";
import { alterRole, hasExpired, planRole, type Role, readRole, renameRole } from "../postgres/sql/role";
import { commentOnRole } from "../postgres/sql/roleComment";
import type { Server } from "../postgres/sql/server";
import { literal, type Statement } from "../postgres/sql/statement";
import type { Transaction } from "../postgres/transaction";
import { adoptable, passwordRefused, strongEnough } from "./refusals";
import { mayAlter, mayCommentOn, notOwnPassword } from "./rights";
import { setPassword } from "./sql/password";
import type { UserInputs, UserOutputs, UserState } from "./state";
import { type Fresh, outputsOf } from "./state";

export async function adoptedUser(
  tx: Transaction,
  server: Server,
  role: Role,
  user: UserInputs,
  fresh: Fresh,
): Promise<UserOutputs> {
  adoptable(role, server, user);
  const keep = user.password !== undefined && fresh.accepted !== "refused";
  if (!keep && user.passwordVersion === undefined) throw passwordRefused(role);
  if (!keep) {
    notOwnPassword(server, role);
    strongEnough(fresh.password);
  }
  mayCommentOn(server, role, user.comment);
  const changes = [...planRole(user, role), ...(keep ? [] : setPassword(user.name, fresh.password))];
  if (changes.length > 0) mayAlter(server, role);
  // Resumed after a killed adoption: what the role was like before is not known any more, so nothing is taken back.
  const resumed = role.marked.owner?.mark === user.mark;
  const owner: Ownership = { mark: user.mark, token: fresh.token, adopted: true };
  const comment = wishedComment(user.comment, role.marked.comment);
  const note = role.mayComment ? commentOnRole(role, formatComment({ ...role.marked, comment, owner })) : [];
  await tx.commit(...changes, ...note);
  const owned = role.marked.owner;
  const before = resumed ? {} : { ...attributesBefore(role), ...argumentsBefore(role, user), ...(owned && { owned }) };
  return { ...outputsOf(role, server, user, fresh), adopted: true, before };
}

function attributesBefore(role: Role): UserOutputs["before"] {
  return {
    ...(!role.canLogin && { canLogin: false }),
    ...(!role.replication && { replication: false }),
    ...(hasExpired(role) && { validUntil: role.validUntil }),
  };
}

/** What the arguments of the program are about to change. */
export function argumentsBefore(role: Role, user: UserInputs): UserOutputs["before"] {
  return {
    ...(user.name !== role.name && { name: role.name }),
    ...(user.connectionLimit !== undefined && { connectionLimit: role.connectionLimit }),
    ...(user.validUntil !== undefined && { validUntil: role.validUntil }),
    ...(user.comment !== undefined && { comment: role.marked.comment }),
  };
}

/** An adopted role stays; only what the outputs record as changed is taken back, and our mark makes room for the one before. */
export async function giveBack(context: Context, tx: Transaction, role: Role, state: UserState): Promise<void> {
  const { owner, grants } = role.marked;
  if (owner !== undefined && owner.token !== state.token) return;
  const before = state.before ?? {};
  const name = await freeName(context, tx, role, before.name);
  const changes = role.mayAlter
    ? [...renameRole(role.name, name), ...alterRole(name, attributesToReturn(role, before))]
    : [];
  const comment = before.comment === undefined ? role.marked.comment : before.comment;
  const { owned } = before;
  const text = formatComment({ comment, grants, ...(owned && { owner: owned }) });
  const note: Statement[] = role.mayComment ? commentOnRole(role, text, name) : [];
  if (changes.length + note.length > 0) await tx.commit(...changes, ...note);
}

async function freeName(context: Context, tx: Transaction, role: Role, before = role.name): Promise<string> {
  if (before === role.name) return before;
  const [taken] = await tx.run(readRole({ oid: null, name: before }));
  if (!taken?.rows.length) return before;
  context.warn(`role "${role.name}" keeps this name: "${before}", as it was called before, is another role by now`);
  return role.name;
}

function attributesToReturn(role: Role, before: NonNullable<UserOutputs["before"]>): string[] {
  const { connectionLimit = role.connectionLimit, validUntil = role.validUntil } = before;
  return [
    ...(before.canLogin === false && role.canLogin ? ["nologin"] : []),
    ...(before.replication === false && role.replication ? ["noreplication"] : []),
    ...(connectionLimit === role.connectionLimit ? [] : [`connection limit ${connectionLimit}`]),
    ...(validUntil === role.validUntil ? [] : [`valid until ${literal(validUntil ?? "infinity")}`]),
  ];
}
