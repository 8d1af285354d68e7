import { isReadable, loadedRelations, type ReplicationMode } from "./checks/facts";
import type { Asked } from "./probe";
import type { RelationFacts } from "./sql/relations";
import type { TableFacts } from "./sql/tables";

/** A relation to read, and the facts that it comes from. */
export interface Readable extends Asked {
  facts: TableFacts | RelationFacts;
}

/**
 * What ClickPipes selects from: the tables of the pipe, and in the first load the leaves and children below them. Those that another
 * session has locked are left out, since a read would wait.
 */
export function readsOf(tables: TableFacts[], relations: RelationFacts[], mode: ReplicationMode): Readable[] {
  const read = (facts: TableFacts | RelationFacts): Readable => {
    const { schema, name, columns, secured, subject, kind } = facts;
    return { schema, name, columns, secured, subject, byCtid: mode !== "cdc_only" && kind !== "p", facts };
  };
  const there = tables.filter(({ exists, kind }) => exists && isReadable(kind));
  return [...there, ...loadedRelations(mode, relations)].filter(({ heldBy }) => heldBy === null).map(read);
}
