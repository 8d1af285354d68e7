import { setTimeout as sleep } from "node:timers/promises";
import { refusal } from "../errors";
import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import { readRole, toRole } from "../postgres/sql/role";
import { readServer, toServer } from "../postgres/sql/server";
import { identifier, statement } from "../postgres/sql/statement";
import { type Transaction, transaction } from "../postgres/transaction";
import { giveBack } from "./adopt";
import { ownRole, referenceTo } from "./find";
import { stillHolds } from "./leftovers";
import { mayNotDrop } from "./rights";
import { type Leftover, type RoleUse, readLeftovers, readUses } from "./sql/use";
import type { UserState } from "./state";

const LONGEST_PAUSE_MS = 1000;

/** Drops what this resource made, and only that: a role that bears another token belongs to a later create. */
export async function removeUser(context: Context, id: string, old: Inputs): Promise<void> {
  const state = { ...old, name: old.name ?? id } as UserState;
  const { deleteTimeout } = context.postgres.settings;
  const deadline = Date.now() + deleteTimeout * 1000;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const inTheWay = await transaction(context.postgres, (tx) => attempt(context, tx, state));
    if (inTheWay.leftovers.length > 0) throw await stillHolds(context, inTheWay.name, inTheWay.leftovers);
    if (inTheWay.uses.length === 0) return;
    const leftMs = deadline - Date.now();
    if (leftMs <= 0) throw stillInUse(inTheWay.name, inTheWay.uses);
    context.waitFor(
      inTheWay.uses.map(({ what }) => what),
      deleteTimeout,
    );
    // Neither the connection nor a transaction is held while somebody else finishes.
    await sleep(Math.min(pauseMs, leftMs));
  }
}

interface InTheWay {
  name: string;
  uses: RoleUse[];
  leftovers: Leftover[];
}

/** Drops the role, or tells who uses it and what depends on it. */
async function attempt(context: Context, tx: Transaction, state: UserState): Promise<InTheWay> {
  const reference = referenceTo(context, state);
  const [serverAnswer, roleAnswer, uses, leftovers] = await tx.run(
    readServer,
    readRole(reference),
    readUses(reference),
    readLeftovers(reference),
  );
  const server = toServer(serverAnswer?.rows[0] ?? {});
  context.checkPlace(server, state);
  const role = ownRole(toRole(roleAnswer?.rows[0]), state, reference);
  const nothing = { name: state.name, uses: [], leftovers: [] };
  if (!role) return nothing;
  if (state.adopted && !state.deleteAdopted) {
    await giveBack(context, tx, role, state);
    return nothing;
  }
  // Where we may not comment, it bears no token, and is not ours to drop either.
  if (state.deleteAdopted && !role.mayComment && !role.marked.owner) throw mayNotDrop(server, role);
  if (state.token === undefined || role.marked.owner?.token !== state.token) {
    context.inform(
      `role "${role.name}" belongs to another resource by now, or has lost its mark: it was left as it is`,
    );
    return nothing;
  }
  if (!role.mayComment) throw mayNotDrop(server, role);
  const inTheWay = {
    name: role.name,
    uses: state.allowLeftoverSlots ? [] : ((uses?.rows ?? []) as unknown as RoleUse[]),
    leftovers: (leftovers?.rows ?? []) as unknown as Leftover[],
  };
  if (inTheWay.uses.length + inTheWay.leftovers.length === 0)
    await tx.commit(statement(`drop role ${identifier(role.name)}`));
  return inTheWay;
}

function stillInUse(name: string, uses: RoleUse[]) {
  const who = uses.map(({ what }) => what).join(", ");
  return refusal(
    "roleInUse",
    `role "${name}" is in use: ${who}. Stop the ClickPipe first; or set \`allowLeftoverSlots: true\` on the user, run ` +
      "`pulumi up`, then destroy again. Nothing was dropped.",
  );
}
