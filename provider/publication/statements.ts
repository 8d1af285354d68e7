import { desiredComment, formatComment, type Marked } from "../postgres/sql/mark";
import { identifier, qualified, type Statement, statement } from "../postgres/sql/statement";
import type { LockingStatements } from "../postgres/transaction";
import type { ActualPublication } from "./sql/actual";
import { fillParameters } from "./sql/parameters";
import { commentOnPublication, creation, type Existing } from "./sql/plan";
import type { MarkedChange, Survey } from "./survey";

/** Creates the publication. An old one is dropped in the same transaction, so that no reader sees a catalog without it. */
export function creationStatements(
  change: MarkedChange,
  { server, actual: old }: Survey,
  adopted: boolean,
): LockingStatements {
  const { desired } = change;
  const owner = desired.owner ?? old?.owner ?? server.user;
  return {
    statements: [
      ...(old ? [statement(`drop publication ${identifier(old.name)}`)] : []),
      creation({ ...desired, ...fillParameters(desired, old ?? { viaRoot: true }) }),
      ...commentStatements(desired.name, null, markOf(change, adopted, old)),
      ...(owner === server.user
        ? []
        : [statement(`alter publication ${identifier(desired.name)} owner to ${identifier(owner)}`)]),
    ],
    relations: desired.tables.map(qualified),
  };
}

/** Changes the publication in place. */
export function alterationStatements(
  change: MarkedChange,
  { actual, plan }: Existing,
  adopted: boolean,
): LockingStatements {
  const { desired } = change;
  return {
    statements: [
      ...plan.statements,
      ...commentStatements(desired.name, actual.text, markOf(change, adopted, actual)),
      ...plan.owner,
    ],
    relations: [...plan.added, ...plan.removed, ...plan.changed.map(({ to }) => to)].map(qualified),
  };
}

function commentStatements(name: string, before: string | null, marked: Marked): Statement[] {
  const text = formatComment(marked);
  return text === before ? [] : [commentOnPublication(name, text)];
}

function markOf({ inputs, before, token }: MarkedChange, adopted: boolean, actual?: ActualPublication): Marked {
  const { owner: present, comment = null } = actual?.marked ?? {};
  const marked = { comment: desiredComment(inputs.comment, comment) || null, grants: [] };
  // Another stack has adopted the publication since. Its mark must not be overwritten.
  if (
    before &&
    present &&
    present.token !== before.token &&
    present.mark !== inputs.mark &&
    present.mark !== before.mark
  )
    return { ...marked, owner: present };
  return { ...marked, owner: { mark: inputs.mark, token, ...(adopted && { adopted: true }) } };
}
