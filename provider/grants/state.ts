import type { Context } from "../lifecycle/context";
import type { StateOf } from "../lifecycle/lifecycle";
import type { KnownLeaves } from "../pipe/leaves";
import type { Identity } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import type { RoleReference } from "../postgres/sql/role";
import type { TableSpec } from "../postgres/sql/table";
import { parseObjects } from "./sql/objects";
import type { NamedObject } from "./sql/scope";
import type { Uncovered } from "./uncovered";

export interface GrantsInputs extends Identity {
  role: string;
  schemas?: string[] | "*";
  tables?: TableSpec[];
  objectOwners?: string[];
}

export interface GrantsOutputs {
  roleOid: number;
  target: Place;
  token: string;
  /** What the role held before these grants, by `rightKey`. It stays. */
  found: string[];
  /** What was granted next to default privileges that existed before these grants, by `rightKey`. */
  given: string[];
  /** What the names of the scope referred to when it was granted, by `formatObjects`. */
  objects: string;
  /** How many relations of the scope the role can read, whichever right lets it. */
  grantedTables: number;
  uncovered: Uncovered[];
}

export type GrantsState = StateOf<GrantsInputs, GrantsOutputs>;

/** The role of a state; after `.get()` that is the id. The role may have been renamed since. */
export function referenceTo(context: Context, { id, role = id, roleOid }: GrantsState): RoleReference {
  return { oid: context.oidOf(roleOid), name: role };
}

/** What a state knows by its OID. */
export interface Known {
  /** What the names of the scope referred to when it was granted. */
  objects: NamedObject[];
  /** The leaves that were in the scope then. */
  leaves: KnownLeaves[];
}

export const NOTHING_KNOWN: Readonly<Known> = { objects: [], leaves: [] };

/** In a moved database, the OIDs may belong to other objects. */
export function knownObjects(context: Context, { objects }: GrantsState): Known {
  return context.settings.acceptMovedDatabase || typeof objects !== "string" ? NOTHING_KNOWN : parseObjects(objects);
}
