import { type Address, type Database, KINDS, type Kind } from "./program";

type Values = Record<string, unknown>;

/** A resource in the state of a stack. */
export interface Entry extends Address {
  urn: string;
  kind: Kind;
  database: Database;
  id: string;
  inputs: Values;
  outputs: Values;
  /** Its replacement exists, and its delete is still to be done. */
  deleting?: true;
  /** Its last create or update failed halfway, so the next `up` updates it whatever its inputs are. */
  failed?: true;
}

/** The order in which to delete: nothing before what refers to it. */
export function inOrderOfDelete(entries: readonly Entry[]): Entry[] {
  return [...entries].reverse().sort((a, b) => KINDS.indexOf(b.kind) - KINDS.indexOf(a.kind));
}

export function describe({ kind, name, path, inputs }: Pick<Entry, "kind" | "name" | "path" | "inputs">): string {
  const object = inputs.name ?? inputs.role;
  return `${kind} ${path === "" ? "" : `${path}/`}${name} (${object})`;
}
