import { setTimeout as sleep } from "node:timers/promises";
import { type Transaction, transaction } from "../clients/transaction";
import { refusal } from "../errors";
import { formatComment, type Marked } from "../sql/mark";
import { commentOnRole, type Role } from "../sql/role";
import { type RoleUse, readLeftovers, readUsers, toRoleUses } from "../sql/roleUse";
import { identifier, literal, type Statement, statement } from "../sql/statement";
import type { Inputs } from "./arguments";
import type { UserState } from "./clickPipesUser";
import type { Context } from "./context";
import { readBoth } from "./userCreation";

/** Drops what this resource made, and only that: a role that bears another token belongs to a later create. */
export async function removeUser(context: Context, id: string, old: Inputs): Promise<void> {
  const state = { ...old, name: old.name ?? id } as UserState;
  const deadline = Date.now() + context.postgres.settings.deleteTimeout * 1000;
  for (;;) {
    const inUse = await transaction(context.postgres, (tx) => attempt(context, tx, state));
    if (inUse.length === 0) return;
    if (Date.now() >= deadline) throw stillInUse(state.name, inUse);
    // Neither the connection nor a transaction is held while somebody else finishes.
    await sleep(1000);
  }
}

/** Drops the role, or tells who uses it. */
async function attempt(context: Context, tx: Transaction, state: UserState): Promise<RoleUse[]> {
  const { server, role } = await readBoth(tx, state.name, state.roleOid ?? null);
  context.checkPlace(server, state);
  if (!role) return [];
  if (state.adopted && !state.deleteAdopted) {
    await giveBack(tx, role, state);
    return [];
  }
  if (role.marked.owner?.token !== state.token) {
    context.inform(
      `role "${role.name}" belongs to another resource by now, or has lost its mark: it was left as it is`,
    );
    return [];
  }
  const [uses, leftovers] = await tx.run(readUsers(role.oid), readLeftovers(role.oid));
  const inUse = state.allowLeftoverSlots ? [] : toRoleUses(uses?.rows ?? []);
  if (inUse.length > 0) return inUse;
  const left = (leftovers?.rows ?? []).map((row) => String(row.object));
  if (left.length > 0) throw stillHolds(role.name, left);
  await tx.commit(statement(`drop role ${identifier(role.name)}`));
  return [];
}

/** An adopted role stays; only what the outputs record as changed is taken back, and our mark. */
async function giveBack(tx: Transaction, role: Role, state: UserState): Promise<void> {
  const ours = role.marked.owner === undefined || role.marked.owner.token === state.token;
  if (!ours) return;
  const before = state.before ?? {};
  const changes: string[] = [];
  if (before.canLogin === false && role.canLogin) changes.push("nologin");
  if (before.replication === false && role.replication) changes.push("noreplication");
  if (before.connectionLimit !== undefined && before.connectionLimit !== role.connectionLimit) {
    changes.push(`connection limit ${before.connectionLimit}`);
  }
  if (before.validUntil !== undefined && before.validUntil !== role.validUntil) {
    changes.push(`valid until ${literal(before.validUntil ?? "infinity")}`);
  }
  const statements: Statement[] =
    changes.length > 0 && role.mayAlter ? [statement(`alter role ${identifier(role.name)} ${changes.join(" ")}`)] : [];
  const marked: Marked = {
    comment: before.comment === undefined ? role.marked.comment : before.comment,
    grants: role.marked.grants,
  };
  const note = role.mayComment ? commentOnRole(role, formatComment(marked)) : [];
  if (statements.length + note.length > 0) await tx.commit(...statements, ...note);
}

function stillInUse(name: string, uses: RoleUse[]) {
  const who = uses.map(({ what }) => what).join(", ");
  return refusal(
    "roleInUse",
    `role "${name}" is in use: ${who}. Stop the ClickPipe first; or set \`allowLeftoverSlots: true\` on the user, run ` +
      "`pulumi up`, then destroy again. Nothing was dropped.",
  );
}

function stillHolds(name: string, left: string[]) {
  return refusal(
    "roleHoldsRights",
    `role "${name}" cannot be dropped: these still depend on it, and were not made by this stack: ${left.join("; ")}. ` +
      `Take them away (REVOKE … FROM ${identifier(name)}, or give what it owns another owner), then destroy again.`,
  );
}
