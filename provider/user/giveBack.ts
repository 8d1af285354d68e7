import type { Context } from "../lifecycle/context";
import { type Role, readRole } from "../postgres/sql/role";
import { literal, type Statement } from "../postgres/sql/statement";
import type { Transaction } from "../postgres/transaction";
import { markRole } from "./ownership";
import { alterRole, renameRole } from "./sql/plan";
import type { RoleBefore, UserState } from "./state";

/** Leaves an adopted role in place: restores what the outputs record as changed, and the marker that it had before. */
export async function giveBack(context: Context, tx: Transaction, role: Role, state: UserState): Promise<void> {
  const before = state.before ?? {};
  const name = await chooseName(context, tx, role, before.name);
  const statements = planRestore(role, before, name);
  if (statements.length > 0) await tx.commit(statements);
}

async function chooseName(context: Context, tx: Transaction, role: Role, before = role.name): Promise<string> {
  if (before === role.name) return before;
  const [taken] = await tx.ask(readRole({ oid: null, name: before }));
  if (!taken) return before;
  context.warn(`role "${role.name}" keeps this name: its former name, "${before}", now belongs to another role.`);
  return role.name;
}

/** `name` is the role's name after the statements. */
export function planRestore(role: Role, before: RoleBefore, name: string): Statement[] {
  const changes = role.mayAlter
    ? [...renameRole(role.name, name), ...alterRole(name, attributesToRestore(role, before))]
    : [];
  const comment = before.comment === undefined ? role.marked.comment : before.comment;
  const { owned } = before;
  return [...changes, ...markRole(role, { comment, grants: role.marked.grants, ...(owned && { owner: owned }) }, name)];
}

function attributesToRestore(role: Role, before: RoleBefore): string[] {
  const { connectionLimit = role.connectionLimit, validUntil = role.validUntil } = before;
  return [
    ...(before.canLogin === false && role.canLogin ? ["nologin"] : []),
    ...(before.replication === false && role.replication ? ["noreplication"] : []),
    ...(connectionLimit === role.connectionLimit ? [] : [`connection limit ${connectionLimit}`]),
    ...(validUntil === role.validUntil ? [] : [`valid until ${literal(validUntil ?? "infinity")}`]),
  ];
}
