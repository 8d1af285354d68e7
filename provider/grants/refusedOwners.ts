import type { Context } from "../lifecycle/context";
import { serverWords } from "../postgres/errors";
import type { QueryFailure } from "../postgres/session";
import { displayIdentifier } from "../postgres/sql/table";
import { type Transaction, transaction } from "../postgres/transaction";
import { explainPassedOn, isDependent } from "./passedOn";
import type { Coverage } from "./sql/coverage";
import type { Actor } from "./sql/scope";
import type { Uncovered } from "./uncovered";

/** The owners whose GRANT the server refused, with its message: an event trigger may fail for only one of them. */
export type RefusedOwners = ReadonlyMap<string, string>;

/**
 * Grants in one transaction. If the server refuses a statement that runs as an owner, it tries again without that owner, so
 * that the objects of the others are still granted. If `work` returns undefined, it has more to do in another transaction.
 */
export function grantWhereAllowed<T>(
  context: Context,
  work: (tx: Transaction, refused: RefusedOwners) => Promise<T | undefined>,
): Promise<T> {
  return explainPassedOn(context, () => grantWithoutRefused(context, work));
}

async function grantWithoutRefused<T>(
  context: Context,
  work: (tx: Transaction, refused: RefusedOwners) => Promise<T | undefined>,
): Promise<T> {
  let refused: RefusedOwners = new Map();
  for (;;) {
    try {
      const done = await transaction(context.postgres, (tx) => work(tx, refused));
      if (done !== undefined) return done;
    } catch (error) {
      const failure = error as QueryFailure;
      const owner = failure.severity === undefined ? undefined : failure.statement?.actor;
      if (owner === undefined || refused.has(owner) || isDependent(failure)) throw error;
      const reason = `the server refused the statement when run as ${displayIdentifier(owner)}: ${serverWords(failure)}`;
      refused = new Map([...refused, [owner, reason]]);
    }
  }
}

/** The coverage in which the rights of the refused owners cannot be granted. */
export function withoutRefused(coverage: Coverage, refused: RefusedOwners): Coverage {
  if (refused.size === 0) return coverage;
  const part = <T extends { actor: Actor }>(right: T, owner: string): T =>
    right.actor === "owner" && refused.has(owner) ? { ...right, actor: "none" } : right;
  const { databaseRight, schemas, tables, defaults } = coverage;
  return {
    ...coverage,
    databaseRight: part(databaseRight, databaseRight.owner),
    schemas: schemas.map((schema) => part(schema, schema.owner)),
    tables: tables.map((table) => part(table, table.owner)),
    defaults: defaults.map((right) => part(right, right.creator)),
  };
}

export function withReasons(uncovered: Uncovered[], refused: RefusedOwners): Uncovered[] {
  return uncovered.map((entry) => ({ ...entry, reason: refused.get(entry.owner) ?? entry.reason }));
}
