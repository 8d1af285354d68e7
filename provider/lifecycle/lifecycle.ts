import type { Arguments, Inputs } from "./arguments";
import type { Context } from "./context";

export interface Created {
  id: string;
  /** What create found out or made; the inputs stand beside it in the outputs. */
  outputs: Inputs;
}

export interface Found {
  outputs: Inputs;
  /** The inputs as the database or Neon has them now. */
  inputs: Inputs;
  /** What no argument can carry, as sentences; absent where all is as wished. */
  drift?: string[];
}

/** The life of one resource. `state` is what the last create, update or read put out, its inputs included. */
export interface Lifecycle {
  /** Which credentials the resource cannot do without. */
  needs(inputs: Inputs): readonly ("postgres" | "neon")[];
  readonly secrets?: readonly string[];
  /** The names of the arguments, without `mark` and `drift`, which every resource has. */
  readonly arguments: readonly string[];
  /** Checks offline and gives the canonical inputs; unknown values pass as they are. */
  check(args: Arguments, olds: Inputs): Inputs;
  /** Looks at the real thing in a preview, reading only; refuses by throwing. */
  look?(context: Context, olds: Inputs, inputs: Inputs): Promise<void>;
  /** Names the arguments whose change only a replacement can carry out. */
  replaces?(state: Inputs, inputs: Inputs): string[];
  create(context: Context, inputs: Inputs): Promise<Created>;
  read(context: Context, id: string, state: Inputs): Promise<Found | undefined>;
  update(context: Context, id: string, state: Inputs, inputs: Inputs): Promise<Inputs>;
  remove(context: Context, id: string, state: Inputs): Promise<void>;
}
