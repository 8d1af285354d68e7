import { isReadable, type ReplicationMode } from "./checks/facts";
import type { Asked } from "./probe";
import type { RelationFacts } from "./sql/relations";
import type { TableFacts } from "./sql/tables";

/** A relation to read, and the facts that it comes from. */
export interface Readable extends Asked {
  facts: TableFacts | RelationFacts;
}

/** What ClickPipes selects from: the tables of the pipe, and in the first load the leaves and children below them. */
export function readsOf(tables: TableFacts[], relations: RelationFacts[], mode: ReplicationMode): Readable[] {
  const loads = mode !== "cdc_only";
  const read = (facts: TableFacts | RelationFacts): Readable => {
    const { schema, name, columns, secured, kind } = facts;
    return { schema, name, columns, secured, byCtid: loads && kind !== "p", facts };
  };
  return [
    ...tables.filter(({ exists, kind }) => exists && isReadable(kind)),
    ...(loads ? relations.filter(({ kind }) => isReadable(kind)) : []),
  ].map(read);
}
