import { unfinished } from "../errors";
import type { Context } from "../lifecycle/context";
import { privilegesOf } from "../postgres/sql/role";
import { statement } from "../postgres/sql/statement";
import { type Transaction, transaction } from "../postgres/transaction";
import { readBoth } from "./find";
import type { Made } from "./passwordLogin";

/** What we may not take away must not undo the rest: it is said, with the statement that does. */
export async function takePrivileges(context: Context, { id, user: { name }, outputs }: Made): Promise<void> {
  const read = (tx: Transaction) => privileges(tx, name, outputs.roleOid);
  try {
    for (const { fix } of await transaction(context.postgres, read)) {
      await transaction(context.postgres, (tx) => tx.commit(statement(fix))).catch(() => {});
    }
    // Read again: a REVOKE that another grantor would have to run only warns.
    for (const { found, fix } of await transaction(context.postgres, read)) {
      context.warn(
        `role "${name}" has ${found}, which ${context.postgres.settings.user} may not take away. Run as an admin: ${fix};`,
      );
    }
  } catch (error) {
    throw unfinished(id, outputs, error);
  }
}

async function privileges(tx: Transaction, name: string, oid: number) {
  const { server, role } = await readBoth(tx, { oid, name });
  return role ? privilegesOf(role, server.privilegedRole) : [];
}
