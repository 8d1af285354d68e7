import type { TestDatabase } from "../postgres/database";
import { runAt, session } from "../postgres/session";
import { Catalog } from "./catalog";
import { type Planting, plantedCasts, plantedFunctions, plantedOperators, plantedRelations, plantedTypes } from "./sql";
import { namesIn, type Sent } from "./statements";
import { overloads, replacements } from "./types";

/** Settings of a server whose log says what planted code was run, and for which statement. */
export const PLANTED_LOG = { log_error_verbosity: "terse" };

const PLANTER = "app";
const PASSWORD = "Amber-Kettle4_birch!Fjord58";
const SAID = /LOG: {2}planted code was run: (.*)\n(?:.*STATEMENT: {2}(.*(?:\n\t.*)*))?/g;

/** What was planted, by kind. */
export type Planted = Record<string, Planting>;

/** A role that may log in, and schemas in which it may create, as an administrator may have set them up long ago. */
export async function admitPlanter(db: TestDatabase, ...schemas: string[]): Promise<void> {
  await db.query(`create role ${PLANTER} login password '${PASSWORD}'`);
  for (const schema of schemas) {
    await db.query(`create schema if not exists ${schema}`);
    await db.query(`grant usage on schema ${schema} to public`);
    await db.query(`grant create on schema ${schema} to ${PLANTER}`);
  }
}

/** In a schema behind pg_catalog: overloads that fit the values of the statements better than the catalog's functions. */
export function plantBehind(db: TestDatabase, schema: string, statements: Sent[]): Promise<Planted> {
  const names = namesIn(statements);
  return plant(db, schema, async (catalog) => ({
    functions: plantedFunctions(schema, await catalog.functions(names.functions), overloads),
    operators: plantedOperators(schema, await catalog.operators(names.operators), overloads),
  }));
}

/** In a schema before pg_catalog: whatever the statements name, but types. */
export function plantBefore(db: TestDatabase, schema: string, statements: Sent[]): Promise<Planted> {
  const names = namesIn(statements);
  return plant(db, schema, async (catalog) => ({
    functions: plantedFunctions(schema, await catalog.functions(names.functions), replacements),
    operators: plantedOperators(schema, await catalog.operators(names.operators), replacements),
    relations: plantedRelations(schema, await catalog.relations(names.words)),
    casts: plantedCasts(schema, await catalog.types(names.words)),
  }));
}

/** Types before pg_catalog, which hide the rest: values of theirs are run first, or fit no function. */
export function plantTypesBefore(db: TestDatabase, schema: string, statements: Sent[]): Promise<Planted> {
  const { words } = namesIn(statements);
  return plant(db, schema, async (catalog) => ({ types: plantedTypes(schema, await catalog.types(words)) }));
}

async function plant(db: TestDatabase, schema: string, plan: (catalog: Catalog) => Promise<Planted>): Promise<Planted> {
  const planter = await session(db.uriOf(PLANTER, PASSWORD, db.database));
  try {
    await planter.query("set search_path = pg_catalog");
    const planted = await plan(new Catalog(planter));
    const statements = Object.values(planted).flatMap((planting) => [...planting.values()].flat());
    // In one round trip; what no ordinary role can plant would be an error of the test.
    const make = `${schema}.make`;
    await planter.query(`create function ${make}(statements text[]) returns void language plpgsql as $$
      declare one text; begin
        foreach one in array statements loop
          begin execute one; exception when others then raise exception '% in: %', sqlerrm, one; end;
        end loop;
      end $$`);
    await planter.query(`select ${make}($1)`, [statements]);
    await planter.query(`drop function ${make}`);
    return planted;
  } finally {
    await planter.end();
  }
}

/** What planted code was run since, each with the beginning of the statement that ran it. */
export async function plantedRuns(db: TestDatabase, since: number): Promise<string[]> {
  const log = (await db.log()).slice(since);
  const runs = [...log.matchAll(SAID)].map(
    ([, what, by = ""]) => `${what} by ${by.replace(/\s+/g, " ").trim().slice(0, 160)}`,
  );
  return [...new Set(runs)];
}

/** Runs statements in a session that takes no care; the message with which one fails. */
export async function naively(uri: string, ...statements: string[]): Promise<string> {
  return runAt(uri, ...statements).then(
    () => "no error",
    (error: Error) => error.message,
  );
}
