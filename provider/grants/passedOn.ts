import type { Context } from "../lifecycle/context";
import type { QueryFailure } from "../postgres/session";
import type { Role } from "../postgres/sql/role";
import { SQLSTATE } from "../postgres/sqlstate";
import { passedOn } from "./refusals";
import type { ActualRight } from "./sql/actual";
import { readPassedOn } from "./sql/passedOn";

/** A failure of a REVOKE, with what it was meant to revoke. */
interface FailedRevoke extends QueryFailure {
  revoking?: { role: Role; rights: ActualRight[] };
}

export function isDependent({ code }: QueryFailure): boolean {
  return code === SQLSTATE.dependentObjectsStillExist;
}

/** Keeps what was to be revoked with the failure: the failed transaction cannot read why. */
export async function whileRevoking<T>(role: Role, rights: ActualRight[], sent: Promise<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    const failure = error as FailedRevoke;
    if (isDependent(failure)) failure.revoking = { role, rights };
    throw failure;
  }
}

/** Names the roles to which the role has granted its rights. Postgres revokes those rights only together with theirs. */
export async function explainPassedOn<T>(context: Context, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { revoking } = error as FailedRevoke;
    if (!revoking) throw error;
    const { role, rights } = revoking;
    const [found] = await context.postgres.read((session) => session.ask(readPassedOn(role.oid, rights)));
    throw found.length > 0 ? passedOn(role.name, found) : error;
  }
}
