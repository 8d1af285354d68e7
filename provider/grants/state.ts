import type { StateOf } from "../lifecycle/lifecycle";
import type { Place } from "../postgres/sql/place";
import type { TableSpec } from "../postgres/sql/table";
import type { Uncovered } from "./uncovered";

export interface GrantsInputs {
  mark: string;
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
