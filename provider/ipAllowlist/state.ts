import type { StateOf } from "../lifecycle/lifecycle";
import type { Identity } from "../postgres/sql/mark";
import type { Region } from "./addresses/regions";

export interface AllowlistInputs extends Identity {
  projectId: string;
  clickPipesRegion?: Region;
  ips?: string[];
  /** The addresses of the region, and `ips`. `check` resolves them. */
  addresses: string[];
  whenOpen: "leaveOpen" | "restrict";
  protectedBranchesOnly?: boolean;
  allowOpenOnDelete?: boolean;
}

export interface AllowlistOutputs {
  effective: "open" | "restricted";
  /** It was restricted before another user emptied it. Kept until it is closed again, since `effective` forgets it at a refresh. */
  wasClosed?: true;
  token: string;
  /** Identifies this state. Each create and update makes a new one. */
  edition: string;
  /** The entries that this resource added, and so may remove. */
  added: string[];
  /** `protected_branches_only` before this resource changed it. Undefined if it never did. */
  protectedBefore?: boolean;
}

export type AllowlistState = StateOf<AllowlistInputs, AllowlistOutputs>;
