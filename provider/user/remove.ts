import type { Context } from "../lifecycle/context";
import { type Attempt, waitUntilFree } from "../lifecycle/waitUntilFree";
import { readServer } from "../postgres/sql/server";
import { identifier, statement } from "../postgres/sql/statement";
import { type Transaction, transaction } from "../postgres/transaction";
import { readOwnRole, referenceTo } from "./find";
import { giveBack } from "./giveBack";
import { nameLeftovers } from "./leftovers";
import { roleInUse, roleWithLeftovers, undroppableRole } from "./refusals";
import { type Leftover, readLeftovers, readUses } from "./sql/use";
import type { UserState } from "./state";

/** Drops only the role that this resource created. A role that carries another token belongs to a later create. */
export function removeUser(context: Context, state: UserState): Promise<void> {
  return waitUntilFree(context, () => attempt(context, state));
}

async function attempt(context: Context, state: UserState): Promise<Attempt<void>> {
  const left = await transaction(context.postgres, (tx) => dropRole(context, tx, state));
  if (left === undefined) return { done: undefined };
  const { name, uses, leftovers } = left;
  if (leftovers.length > 0) {
    throw roleWithLeftovers(name, await nameLeftovers(context, leftovers), leftovers.length);
  }
  return { inTheWay: { names: uses, refusal: () => roleInUse(name, uses) } };
}

/** What keeps the role from being dropped. */
interface Dependents {
  name: string;
  uses: string[];
  leftovers: Leftover[];
}

/** Drops the role, or returns what uses it and what depends on it. */
async function dropRole(context: Context, tx: Transaction, state: UserState): Promise<Dependents | undefined> {
  const reference = referenceTo(context, state);
  const [server, role, readers, leftovers] = await tx.ask(
    readServer,
    readOwnRole(reference, state),
    readUses(reference),
    readLeftovers(reference),
  );
  context.refuseOtherPlace(server, state);
  if (!role) return undefined;
  if (state.adopted && !state.deleteAdopted) {
    await giveBack(context, tx, role, state);
    return undefined;
  }
  // An admin who may not comment on the role left no token there, and may not drop the role either.
  if (state.deleteAdopted && !role.mayComment && !role.marked.owner) throw undroppableRole(server, role);
  if (state.token === undefined || role.marked.owner?.token !== state.token) {
    context.leaveAsIs(`role "${role.name}"`);
    return undefined;
  }
  if (!role.mayComment) throw undroppableRole(server, role);
  const uses = state.allowLeftoverSlots ? [] : readers;
  if (uses.length + leftovers.length > 0) return { name: role.name, uses, leftovers };
  await tx.commit([statement(`drop role ${identifier(role.name)}`)]);
  return undefined;
}
