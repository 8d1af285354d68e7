import { escapeIdentifier, escapeLiteral } from "pg";
import type { Signature } from "./types";

/** A function of pg_catalog, by the names of its types. */
export interface CatalogFunction extends Signature {
  name: string;
  kind: "f" | "a" | "w";
  set: boolean;
  variadic: boolean;
  /** Its OUT arguments, as a declaration has them. */
  outs: string[];
}

export interface CatalogOperator extends Signature {
  name: string;
}

/** Statements by what they plant: its kind, name and types. */
export type Planting = Map<string, string[]>;

const quoted = escapeIdentifier;
const type = (name: string): string => `pg_catalog.${quoted(name)}`;
const types = (names: string[]): string => names.map(type).join(", ");

/**
 * Says in the server's log that it was run, which outlives a rollback and needs no right to write; then it fails, since one
 * run is enough, and an operator would else be run for each row.
 */
function body(what: string): string {
  const said = escapeLiteral(`planted code was run: ${what}`.replaceAll("%", "%%"));
  return `language plpgsql as $planted$ begin raise log ${said}; raise exception ${said}; end $planted$`;
}

export type Choice = (signature: Signature, variadic: boolean) => Signature[];

export function plantedFunctions(schema: string, found: CatalogFunction[], choice: Choice): Planting {
  const planting: Planting = new Map();
  for (const one of found) {
    for (const { args, result } of choice(one, one.variadic)) {
      // The state of an aggregate cannot be one.
      if (one.kind === "a" && result === "record") continue;
      const what = `function ${one.name}(${args})`;
      const statements = one.kind === "a" ? aggregate(schema, one, args, result) : plain(schema, one, args, result);
      if (!planting.has(what)) planting.set(what, statements(what));
    }
  }
  return planting;
}

function plain(schema: string, { name, set, outs }: CatalogFunction, args: string[], result: string) {
  const declared = [...args.map(type), ...outs].join(", ");
  const returns = `returns ${set ? "setof " : ""}${type(result)}`;
  return (what: string) => [`create function ${quoted(schema)}.${quoted(name)}(${declared}) ${returns} ${body(what)}`];
}

/** Its final function is run even where there is no row. */
function aggregate(schema: string, { name }: CatalogFunction, args: string[], result: string) {
  const own = `${quoted(schema)}.${quoted(`planted_${name}_${args.join("_")}`)}`;
  const state = [result, ...args];
  return (what: string) => [
    `create function ${own}(${types(state)}) returns ${type(result)} ${body(what)}`,
    ...(args.length === 0 ? [] : [`create function ${own}(${type(result)}) returns ${type(result)} ${body(what)}`]),
    `create aggregate ${quoted(schema)}.${quoted(name)}(${types(args) || "*"}) (sfunc = ${own}, stype = ${type(result)}, finalfunc = ${own})`,
  ];
}

/** An operator's function of a name of its own, so that the log says which operator it was. */
export function plantedOperators(schema: string, found: CatalogOperator[], choice: Choice): Planting {
  const planting: Planting = new Map();
  for (const { name, ...signature } of found) {
    for (const { args, result } of choice(signature, false)) {
      const what = `operator ${name}(${args})`;
      const own = `${quoted(schema)}.${quoted(`planted ${what}`.slice(0, 63))}`;
      const sides =
        args.length === 1
          ? [`rightarg = ${types(args)}`]
          : args.map((arg, side) => `${side === 0 ? "left" : "right"}arg = ${type(arg)}`);
      if (planting.has(what)) continue;
      planting.set(what, [
        `create function ${own}(${types(args)}) returns ${type(result)} ${body(what)}`,
        `create operator ${quoted(schema)}.${name} (function = ${own}, ${sides.join(", ")})`,
      ]);
    }
  }
  return planting;
}

/** Of the same name as the catalog's, so only one that stands before it in the path is found. */
export function plantedTypes(schema: string, found: string[]): Planting {
  return new Map(
    found.map((name) => {
      const [what, own] = [`type ${name}`, `${quoted(schema)}.${quoted(`planted_type_${name}`)}`];
      return [
        what,
        [
          `create function ${own}() returns pg_catalog.bool ${body(what)}`,
          `create domain ${quoted(schema)}.${quoted(name)} as ${type(name)} check (${own}())`,
        ],
      ];
    }),
  );
}

/** To and from a type of the planter's own, as no other may have a cast made. */
export function plantedCasts(schema: string, found: string[]): Planting {
  const mood = `${quoted(schema)}.mood`;
  const planting: Planting = new Map([["type mood", [`create type ${mood} as enum ('calm')`]]]);
  for (const name of found) {
    for (const [from, to] of [
      [type(name), mood],
      [mood, type(name)],
    ] as const) {
      const what = from === mood ? `cast mood as ${name}` : `cast ${name} as mood`;
      const own = `${quoted(schema)}.${quoted(`planted ${what}`)}`;
      planting.set(what, [
        `create function ${own}(${from}) returns ${to} ${body(what)}`,
        `create cast (${from} as ${to}) with function ${own}(${from}) as implicit`,
      ]);
    }
  }
  return planting;
}

/** A view of the same columns, which is run as whoever reads it. */
export function plantedRelations(schema: string, found: { name: string; columns: string[] }[]): Planting {
  return new Map(
    found.map(({ name, columns }) => {
      const [what, own] = [`relation ${name}`, `${quoted(schema)}.${quoted(`planted_relation_${name}`)}`];
      const view = `create view ${quoted(schema)}.${quoted(name)} as select ${columns.join(", ")} from pg_catalog.${quoted(name)} where ${own}()`;
      return [what, [`create function ${own}() returns pg_catalog.bool ${body(what)}`, view]];
    }),
  );
}
