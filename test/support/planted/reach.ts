import { type Client, escapeLiteral } from "pg";
import { session } from "../postgres/session";
import type { Planted } from "./code";
import { namesIn, type Sent, selects, withoutLiterals } from "./statements";

/** What of a schema a statement would run; or over what it fails. */
export interface Reach {
  statement: string;
  names: string[];
  failure?: string;
}

/** What of the schemas each statement that reads would run in a session that takes no care: what its names mean there. */
export async function reachOf(uri: string, schemas: string[], statements: Sent[]): Promise<Reach[]> {
  const naive = await session(uri);
  try {
    const found: Reach[] = [];
    for (const { text, values } of selects(statements)) {
      await naive.query("begin");
      const read = text.replace(/\$(\d+)/g, (_all, number) => literal(values[Number(number) - 1]));
      found.push({ statement: text, ...(await lookedUp(naive, schemas, read)) });
      await naive.query("rollback");
    }
    return found;
  } finally {
    await naive.end();
  }
}

/** Of these the grammar makes something else: `substring(… from …)` of the catalog's, and all columns. */
const BY_GRAMMAR = ["substring", "*"];

/** The functions and operators that were planted, and that yet none of the statements that read would run. */
export function unreached(planted: Planted, reach: Reach[], statements: Sent[]): string[] {
  const reached = new Set([...BY_GRAMMAR, ...reach.flatMap(({ names }) => names)]);
  const { functions, operators } = namesIn(withoutLiterals(selects(statements)));
  const there = new Set(Object.values(planted).flatMap((one) => [...one.keys()].map((what) => what.split(/[ (]/)[1])));
  return [...functions, ...operators].filter((name) => there.has(name) && !reached.has(name));
}

const literal = (value: string | null | undefined): string => (value == null ? "null" : escapeLiteral(value));

/** A view keeps what the names in it meant when it was made. */
async function lookedUp(naive: Client, schemas: string[], read: string): Promise<Omit<Reach, "statement">> {
  try {
    await naive.query(`create temp view looked_up as select from (${read}\n) as statement`);
  } catch (error) {
    return { names: [], failure: (error as Error).message };
  }
  await naive.query("set local search_path = pg_catalog");
  const { rows } = await naive.query<{ name: string }>(MEANT, [schemas]);
  return { names: rows.map(({ name }) => name) };
}

const MEANT = `
  select distinct coalesce(p.proname, o.oprname, t.typname, c.relname)::text as name
    from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
    left join pg_proc p on d.refclassid = 'pg_proc'::regclass and p.oid = d.refobjid
    left join pg_operator o on d.refclassid = 'pg_operator'::regclass and o.oid = d.refobjid
    left join pg_type t on d.refclassid = 'pg_type'::regclass and t.oid = d.refobjid
    left join pg_class c on d.refclassid = 'pg_class'::regclass and c.oid = d.refobjid
   where r.ev_class = 'pg_temp.looked_up'::regclass
     and coalesce(p.pronamespace, o.oprnamespace, t.typnamespace, c.relnamespace) = any ($1::regnamespace[])
   order by 1`;
