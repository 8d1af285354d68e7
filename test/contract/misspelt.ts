import type { GrantsInputs, GrantsState } from "../../provider/grants/state";
import type { AllowlistInputs, AllowlistState } from "../../provider/ipAllowlist/state";
import { ARGUMENT_NAMES } from "../../provider/lifecycle/argumentNames";
import type { Lifecycle } from "../../provider/lifecycle/lifecycle";
import type { LogicalReplicationInputs, LogicalReplicationState } from "../../provider/logicalReplication/state";
import { readRole } from "../../provider/postgres/sql/role";
import { readServer } from "../../provider/postgres/sql/server";
import { queryRow, queryRows } from "../../provider/postgres/sql/statement";
import type { Transaction } from "../../provider/postgres/transaction";
import type { PublicationInputs, PublicationOutputs, PublicationState } from "../../provider/publication/state";
import type { ReadinessInputs, ReadinessState } from "../../provider/readiness/state";
import type { UserInputs, UserState } from "../../provider/user/state";

// Compiles only while each line below a `@ts-expect-error` does not: a property that is misspelt is found by the compiler.

export function misspeltStates(
  user: UserState,
  grants: GrantsState,
  publication: PublicationState,
  replication: LogicalReplicationState,
  allowlist: AllowlistState,
  readiness: ReadinessState,
): unknown[] {
  return [
    // @ts-expect-error
    user.roleOld,
    // @ts-expect-error
    grants.grantedTable,
    // @ts-expect-error
    publication.publishedTable,
    // @ts-expect-error
    replication.walLevels,
    // @ts-expect-error
    allowlist.effektive,
    // @ts-expect-error
    readiness.reports,
  ];
}

export function misspeltInputs(
  user: UserInputs,
  grants: GrantsInputs,
  publication: PublicationInputs,
  replication: LogicalReplicationInputs,
  allowlist: AllowlistInputs,
  readiness: ReadinessInputs,
): unknown[] {
  return [
    // @ts-expect-error
    user.pasword,
    // @ts-expect-error
    grants.schema,
    // @ts-expect-error
    publication.allowReplacement,
    // @ts-expect-error
    replication.allowRestarts,
    // @ts-expect-error
    allowlist.address,
    // @ts-expect-error
    readiness.onFail,
  ];
}

export async function misspeltRows(tx: Transaction): Promise<unknown[]> {
  const one = queryRow<{ relname: string }>("select relname from pg_class");
  const many = queryRows<{ relname: string }>("select relname from pg_class");
  const [server, role, row, rows] = await tx.ask(readServer, readRole({ oid: null, name: "reader" }), one, many);
  // @ts-expect-error: a query more than was asked
  const [, second] = await tx.ask(readServer);
  return [
    second,
    // @ts-expect-error
    server.systemIdentifer,
    // @ts-expect-error: there may be no such role
    role.name,
    // @ts-expect-error
    role?.canLogIn,
    // @ts-expect-error
    row?.relnames,
    // @ts-expect-error
    rows[0]?.relnames,
  ];
}

/** The names of the arguments stand once: a missing one and one too many are found where the lifecycle is put together. */
export const misspeltArguments: Partial<Lifecycle<PublicationInputs, PublicationOutputs>>[] = [
  { arguments: ARGUMENT_NAMES.Publication },
  // @ts-expect-error
  { arguments: [...ARGUMENT_NAMES.Publication, "allowReplacement"] },
  // @ts-expect-error
  { secrets: ["pasword"] },
  // @ts-expect-error
  { replaces: () => ["names"] },
];
