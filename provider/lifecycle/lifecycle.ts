import type { Arguments } from "./arguments";
import type { Context } from "./context";

/** Properties without what the host adds to them: the mark of the resource. */
export type Unmarked<I> = Omit<I, "mark">;

/** The same properties, each of which has to be spelt out, be it as `undefined`. */
export type Spelt<T> = { [Key in keyof Required<T>]: T[Key] };

/** `Names`, if they are all the arguments of `I`; else an object that tells which are lacking, and so does not compile. */
export type AllArguments<I, Names extends readonly string[]> = [Lacking<I, Names>] extends [never]
  ? Names
  : { lacking: Lacking<I, Names> };

type Lacking<I, Names extends readonly string[]> = Exclude<keyof I, Names[number] | "mark">;

/**
 * A resource as the state has it: its inputs, beside what create, update and read put out, its id, and the `drift` of the last
 * read. Of outputs, an older version or a killed run may have kept fewer; after `.get()` there is nothing but the id.
 */
export type StateOf<I, O> = I & Partial<O> & { readonly id: string; readonly drift?: readonly string[] };

export interface Created<O> {
  id: string;
  /** What create found out or made; the inputs stand beside it in the state. */
  outputs: O;
}

export interface Found<I, O> {
  outputs: Partial<O>;
  /** The inputs as the database or Neon has them now. */
  inputs: Unmarked<I>;
  /** What no argument can carry, as sentences; absent where all is as desired. */
  drift?: string[];
}

/** The life of one resource. The registry forgets the types: what the host passes on is what this very lifecycle put out. */
export interface Lifecycle<I extends object, O extends object> {
  /** Which credentials the resource cannot do without. */
  needs(inputs: Unmarked<I>): readonly ("postgres" | "neon")[];
  readonly secrets?: readonly (keyof (I & O) & string)[];
  /** The names of the arguments, without `mark` and `drift`, which every resource has. */
  readonly arguments: readonly (keyof I & string)[];
  /** Checks offline and gives the canonical inputs; unknown values pass as they are. */
  check(args: Arguments, before: Partial<I>, context: Context): Unmarked<I>;
  /** Looks at the real thing in a preview, reading only; refuses by throwing. */
  look?(context: Context, before: Partial<I>, inputs: I): Promise<void>;
  /** Names the arguments whose change only a replacement can carry out. */
  replaces?(state: StateOf<I, O>, inputs: I): (keyof I & string)[];
  create(context: Context, inputs: I): Promise<Created<O>>;
  read(context: Context, state: StateOf<I, O>): Promise<Found<I, O> | undefined>;
  update(context: Context, state: StateOf<I, O>, inputs: I): Promise<O>;
  remove(context: Context, state: StateOf<I, O>): Promise<void>;
}
