import type { Context } from "../lifecycle/context";
import { type Attempt, waitUntilFree } from "../lifecycle/waitUntilFree";
import { lostMarker } from "../ownership/refusals";
import type { Whose } from "../ownership/whose";
import type { GrantsOwnership } from "../postgres/sql/mark";
import type { Role } from "../postgres/sql/role";
import { readServer, type Server } from "../postgres/sql/server";
import { identifier, statement } from "../postgres/sql/statement";
import { type Transaction, transaction } from "../postgres/transaction";
import { readOwnRole, referenceTo } from "./find";
import { giveBack } from "./giveBack";
import { nameGrants, nameLeftovers } from "./leftovers";
import { whoseKnownRole } from "./ownership";
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
  const { name, uses, leftovers, grants } = left;
  const refuse = async () => {
    const named = await nameLeftovers(context, { oid: null, name }, leftovers);
    return roleWithLeftovers(name, named, nameGrants(grants));
  };
  if (leftovers.length === 0) return { inTheWay: { names: uses, refusal: () => roleInUse(name, uses) } };
  // Grants that do not depend on this resource in the program may be deleted at the same time.
  if (grants.length === 0 || leftovers.some(({ kind }) => kind !== "rights on")) throw await refuse();
  return { inTheWay: { names: nameGrants(grants), refusal: refuse } };
}

/** What keeps the role from being dropped. */
interface Dependents {
  name: string;
  uses: string[];
  leftovers: Leftover[];
  /** The ClickPipesGrants that the role's comment names. */
  grants: GrantsOwnership[];
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
  const found = whoseKnownRole(context, server, role, state);
  if (found.is !== "current" && found.is !== "unmarked") {
    context.leaveInPlace(`role "${role.name}"`, found);
    return undefined;
  }
  if (state.adopted && !state.deleteAdopted) {
    // A state without a token was not written by this resource, so what it records as changed proves nothing.
    if (state.token === undefined) context.leaveInPlace(`role "${role.name}"`, { is: "noOne" });
    else await giveBack(context, tx, role, state);
    return undefined;
  }
  refuseUnlessDroppable(server, role, found);
  const uses = state.allowLeftoverSlots ? [] : readers;
  if (uses.length + leftovers.length > 0) return { name: role.name, uses, leftovers, grants: role.marked.grants };
  await tx.commit([statement(`drop role ${identifier(role.name)}`)]);
  return undefined;
}

/** An admin who may not comment on the role left no marker there, and may not drop the role either. */
function refuseUnlessDroppable(server: Server, role: Role, found: Whose): void {
  if (!role.mayComment) throw undroppableRole(server, role);
  if (found.is === "unmarked") throw lostMarker({ kind: "role", name: role.name });
}
