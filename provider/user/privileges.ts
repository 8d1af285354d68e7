import { unfinished } from "../errors";
import type { Context } from "../lifecycle/context";
import { readRole } from "../postgres/sql/role";
import { readServer } from "../postgres/sql/server";
import { statement } from "../postgres/sql/statement";
import { type Transaction, transaction } from "../postgres/transaction";
import type { Made } from "./outputs";
import { type Privilege, privilegesOf } from "./sql/privileges";

/** Takes excess privileges away. If the admin cannot, a warning gives the statement to run: a failure would undo the rest. */
export async function takePrivileges(context: Context, { id, user: { name }, outputs }: Made): Promise<void> {
  const read = (tx: Transaction) => readPrivileges(tx, name, outputs.roleOid);
  try {
    for (const { fix } of await transaction(context.postgres, read)) {
      await transaction(context.postgres, (tx) => tx.commit([statement(fix)])).catch(() => {});
    }
    // Read again: Postgres only warns about a REVOKE that another grantor has to run.
    for (const { found, fix } of await transaction(context.postgres, read)) {
      context.warn(
        `role "${name}" has ${found}, and "${context.postgres.settings.user}" cannot take it away.\nRun as an admin: ${fix};`,
      );
    }
  } catch (error) {
    throw unfinished(id, outputs, error);
  }
}

async function readPrivileges(tx: Transaction, name: string, oid: number): Promise<Privilege[]> {
  const [server, role] = await tx.ask(readServer, readRole({ oid, name }));
  return role ? privilegesOf(role, server.privilegedRole) : [];
}
