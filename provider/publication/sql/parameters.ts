import { literal } from "../../postgres/sql/statement";
import { compareText } from "../../text";

/** What the `with (…)` of a publication sets. One that is added here is read, compared, written and given back on delete. */
export interface Parameters {
  publish: string[];
  viaRoot: boolean;
  generatedColumns: "none" | "stored";
}

/** Each parameter that is left out is left as found. */
export type DesiredParameters = { [Name in keyof Parameters]?: Parameters[Name] | undefined };

interface Parameter<T> {
  /** The value as an expression, of row `p` of pg_publication. */
  column(version: number): string;
  sql(value: T): string;
  same(desired: T, actual: T): boolean;
  /** Left out of a `create`: older servers do not know the parameter by which this value is said. */
  unsaid?: T;
}

const sorted = (list: string[]) => [...list].sort(compareText).join();
const equal = <T>(desired: T, actual: T) => desired === actual;

const PARAMETERS: { [Name in keyof Parameters]: Parameter<Parameters[Name]> } = {
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
    unsaid: "none",
  },
};

const NAMES = Object.keys(PARAMETERS) as (keyof Parameters)[];

/** All of them, as columns of a `select` from pg_publication `p`. */
export function parameterColumns(version: number): string {
  return NAMES.map((name) => `${PARAMETERS[name].column(version)} as "${name}"`).join(",\n           ");
}

/** For the `with (…)` of a `create`. */
export function parametersToCreate(desired: DesiredParameters): string[] {
  return written(desired, (name, value) => value !== PARAMETERS[name].unsaid);
}

/** For a `set (…)`: those that differ. */
export function parametersToSet(desired: DesiredParameters, actual: Parameters): string[] {
  return written(desired, (name, value) => !PARAMETERS[name].same(value, actual[name]));
}

/** What `actual` has of those that `desired` says something of. */
export function mentionedParameters(desired: DesiredParameters, actual: Parameters): DesiredParameters {
  const mentioned = NAMES.filter((name) => desired[name] !== undefined);
  return Object.fromEntries(mentioned.map((name) => [name, actual[name]]));
}

/** Those of `desired`, and where it says nothing those of `fallback`. */
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
