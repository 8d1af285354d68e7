import type { ObjectName } from "../ownership/program";
import type { Identity } from "../postgres/sql/mark";
import type { Arguments } from "./arguments";
import type { Context } from "./context";

/** Properties without the identity of the resource, which the host adds. */
export type Unmarked<I> = Omit<I, keyof Identity>;

/** The same properties, all of which must be written out, even if as `undefined`. */
export type Spelt<T> = { [Key in keyof Required<T>]: T[Key] };

/** `Names`, if they are all the arguments of `I`. Otherwise an object with the missing ones, which does not compile. */
export type AllArguments<I, Names extends readonly string[]> = [Lacking<I, Names>] extends [never]
  ? Names
  : { lacking: Lacking<I, Names> };

type Lacking<I, Names extends readonly string[]> = Exclude<keyof I, Names[number] | keyof Identity>;

/**
 * A resource as stored in the state: its inputs, the outputs of create, update and read, its id, and the `drift` of the last read.
 * An older version or a killed run may have stored fewer outputs. After `.get()` there is only the id.
 */
export type StateOf<I, O> = I & Partial<O> & { readonly id: string; readonly drift?: readonly string[] };

export interface Created<O> {
  id: string;
  /** What create made or found out. The state holds the inputs next to it. */
  outputs: O;
}

export interface Found<I, O> {
  outputs: Partial<O>;
  /** The inputs, with the current values in the database or at Neon. */
  inputs: Unmarked<I>;
  /** Differences that no argument can show, as sentences. Absent if there are none. */
  drift?: string[];
}

/** The verbs of one resource. The registry erases the types: the host gives a lifecycle only values that it returned itself. */
export interface Lifecycle<I extends object, O extends object> {
  /** The credentials that the resource needs. */
  needs(inputs: Unmarked<I>): readonly ("postgres" | "neon")[];
  readonly secrets?: readonly (keyof (I & O) & string)[];
  /** The names of the arguments, without `mark`, `path` and `drift`, which every resource has. */
  readonly arguments: readonly (keyof I & string)[];
  /** Checks offline, and returns the canonical inputs. Unknown values pass unchanged. */
  check(args: Arguments, before: Partial<I>, context: Context): Unmarked<I>;
  /** The object that no other resource may own, and whether its name is unique in the server or in the database. */
  owns?(inputs: Unmarked<I>): ObjectName & { uniqueIn: "server" | "database" };
  /** Reads the database or Neon in a preview, and changes nothing. Throws to refuse. `drift`: what the last refresh found. */
  look?(context: Context, before: Partial<I>, inputs: I, drift?: readonly string[]): Promise<void>;
  /** The arguments whose change needs a replacement. */
  replaces?(state: StateOf<I, O>, inputs: I, context: Context): (keyof I & string)[];
  create(context: Context, inputs: I): Promise<Created<O>>;
  read(context: Context, state: StateOf<I, O>): Promise<Found<I, O> | undefined>;
  update(context: Context, state: StateOf<I, O>, inputs: I): Promise<O>;
  remove(context: Context, state: StateOf<I, O>): Promise<void>;
}
