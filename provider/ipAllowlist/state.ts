import type { StateOf } from "../lifecycle/lifecycle";
import type { Region } from "./addresses/regions";

export interface AllowlistInputs {
  mark: string;
  projectId: string;
  clickPipesRegion?: Region;
  ips?: string[];
  /** Of region and `ips`, resolved by `check`. */
  addresses: string[];
  whenOpen: "leaveOpen" | "restrict";
  protectedBranchesOnly?: boolean;
  allowOpenOnDelete?: boolean;
}

export interface AllowlistOutputs {
  effective: "open" | "restricted";
  token: string;
  /** Of this state: fresh with each create and update. */
  edition: string;
  /** The entries that were not there before us, and so are ours to take out. */
  added: string[];
  /** `protected_branches_only` before us, where we changed it. */
  protectedBefore?: boolean;
}

export type AllowlistState = StateOf<AllowlistInputs, AllowlistOutputs>;
