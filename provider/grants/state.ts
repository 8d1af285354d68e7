import type { Inputs } from "../lifecycle/arguments";
import type { TableSpec } from "../postgres/sql/table";
import type { Uncovered } from "./uncovered";

export interface GrantsInputs extends Inputs {
  mark: string;
  role: string;
  schemas?: string[] | "*";
  tables?: TableSpec[];
  objectOwners?: string[];
}
export interface GrantsState extends GrantsInputs {
  roleOid: number;
  target: unknown;
  token: string;
  uncovered: Uncovered[];
  /** What the role held before us, by `rightKey`: left standing. */
  found?: string[];
  /** What was given beside default privileges that were there before us. */
  given?: string[];
  /** What the names of the scope meant when it was granted, by `formatObjects`. */
  objects?: string;
}
