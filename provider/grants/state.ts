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
  /** What the role held before us, by `rightKey`: left standing. */
  found: string[];
  /** What was given beside default privileges that were there before us. */
  given: string[];
  /** What the names of the scope meant when it was granted, by `formatObjects`. */
  objects: string;
  /** How many relations of the scope the role can read, by whatever right. */
  grantedTables: number;
  uncovered: Uncovered[];
}

export type GrantsState = StateOf<GrantsInputs, GrantsOutputs>;
