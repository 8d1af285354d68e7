import { literal } from "../../postgres/sql/statement";
import { compareText } from "../../text";

/** What the `with (…)` of a publication sets. A parameter added here is read, compared, written, and restored on delete. */
export interface Parameters {
  publish: string[];
  viaRoot: boolean;
  generatedColumns: "none" | "stored";
}

/** An omitted parameter stays unchanged. */
export type DesiredParameters = { [Name in keyof Parameters]?: Parameters[Name] | undefined };

interface Parameter<T> {
  /** The value as an SQL expression on row `p` of pg_publication. */
  column(version: number): string;
  sql(value: T): string;
  same(desired: T, actual: T): boolean;
  /** The value that a `create` omits, since older servers do not know the parameter. */
  omitted?: T;
}

const sorted = (list: string[]) => [...list].sort(compareText).join();
const equal = <T>(desired: T, actual: T) => desired === actual;

const PARAMETERS: Readonly<{ [Name in keyof Parameters]: Parameter<Parameters[Name]> }> = {
  publish: {
    column: () =>
      `array_remove(array[case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
                              case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end], null)`,
    sql: (operations) => `publish = ${literal(operations.join(", "))}`,
    same: (desired, actual) => sorted(desired) === sorted(actual),
  },
  viaRoot: {
    column: () => "p.pubviaroot",
    sql: (viaRoot) => `publish_via_partition_root = ${viaRoot}`,
    same: equal,
  },
  generatedColumns: {
    column: (version) => (version >= 18 ? "case p.pubgencols when 's' then 'stored' else 'none' end" : "'none'"),
    sql: (generatedColumns) => `publish_generated_columns = ${generatedColumns}`,
    same: equal,
    omitted: "none",
  },
};

const NAMES = Object.keys(PARAMETERS) as (keyof Parameters)[];

/** All parameters, as columns of a `select` from pg_publication `p`. */
export function parameterColumns(version: number): string {
  return NAMES.map((name) => `${PARAMETERS[name].column(version)} as "${name}"`).join(",\n           ");
}

/** The parameters for the `with (…)` of a `create`. */
export function parametersToCreate(desired: DesiredParameters): string[] {
  return written(desired, (name, value) => value !== PARAMETERS[name].omitted);
}

/** The parameters for a `set (…)`: those that differ. */
export function parametersToSet(desired: DesiredParameters, actual: Parameters): string[] {
  return written(desired, (name, value) => !PARAMETERS[name].same(value, actual[name]));
}

/** The actual values of the parameters that `desired` sets. */
export function mentionedParameters(desired: DesiredParameters, actual: Parameters): DesiredParameters {
  const mentioned = NAMES.filter((name) => desired[name] !== undefined);
  return Object.fromEntries(mentioned.map((name) => [name, actual[name]]));
}

/** The parameters of `desired`, and those of `fallback` for what `desired` omits. */
export function fillParameters(desired: DesiredParameters, fallback: DesiredParameters): DesiredParameters {
  return Object.fromEntries(NAMES.map((name) => [name, desired[name] ?? fallback[name]]));
}

type Wanted = <Name extends keyof Parameters>(name: Name, value: Parameters[Name]) => boolean;

function written(desired: DesiredParameters, isWanted: Wanted): string[] {
  const write = <Name extends keyof Parameters>(name: Name): string[] => {
    const value: Parameters[Name] | undefined = desired[name];
    return value !== undefined && isWanted(name, value) ? [PARAMETERS[name].sql(value)] : [];
  };
  return NAMES.flatMap((name) => write(name));
}
