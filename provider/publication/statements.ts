import { markerOf } from "../ownership/identity";
import { desiredComment, formatComment, type Marked } from "../postgres/sql/mark";
import { placeOf, type Server } from "../postgres/sql/server";
import { identifier, qualified, type Statement, statement } from "../postgres/sql/statement";
import type { LockingStatements } from "../postgres/transaction";
import type { ActualPublication } from "./sql/actual";
import { fillParameters } from "./sql/parameters";
import { commentOnPublication, creation, dropPublication, type Existing } from "./sql/plan";
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
      ...(old ? [dropPublication(old.name)] : []),
      creation({ ...desired, ...fillParameters(desired, old ?? { viaRoot: true }) }),
      ...commentStatements(desired.name, null, markOf(change, server, adopted, old)),
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
  server: Server,
  { actual, plan }: Existing,
  adopted: boolean,
): LockingStatements {
  const { desired } = change;
  return {
    statements: [
      ...plan.statements,
      ...commentStatements(desired.name, actual.text, markOf(change, server, adopted, actual)),
      ...plan.owner,
    ],
    relations: [...plan.added, ...plan.removed, ...plan.changed.map(({ to }) => to)].map(qualified),
  };
}

function commentStatements(name: string, before: string | null, marked: Marked): Statement[] {
  const text = formatComment(marked);
  return text === before ? [] : [commentOnPublication(name, text)];
}

function markOf(
  { inputs, token }: MarkedChange,
  server: Server,
  adopted: boolean,
  actual: ActualPublication | undefined,
): Marked {
  const comment = desiredComment(inputs.comment, actual?.marked.comment ?? null) || null;
  return { comment, grants: [], owner: markerOf(inputs, placeOf(server), token, adopted) };
}
