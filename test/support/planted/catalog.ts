import type { Client } from "pg";
import type { CatalogFunction, CatalogOperator } from "./sql";

const typeNames = (oids: string) =>
  `array(select t.typname::text from unnest(${oids}) with ordinality a (oid, n) join pg_type t on t.oid = a.oid order by n)`;

const FUNCTIONS = `
  select p.proname as name, p.prokind as kind, p.proretset as set, r.typname as result, p.provariadic <> 0 as variadic,
         ${typeNames("p.proargtypes::oid[]")} as args,
         array(select 'out ' || quote_ident(coalesce(nullif(p.proargnames[n], ''), 'column' || n)) || ' pg_catalog.' || quote_ident(t.typname)
                 from unnest(p.proallargtypes, p.proargmodes) with ordinality a (oid, mode, n) join pg_type t on t.oid = a.oid
                where a.mode in ('o', 't') order by n) as outs
    from pg_proc p join pg_type r on r.oid = p.prorettype
   where p.pronamespace = 'pg_catalog'::regnamespace and p.proname = any ($1::text[]) and p.prokind in ('f', 'a', 'w')
     and not exists (select from pg_aggregate g where g.aggfnoid = p.oid and g.aggkind <> 'n')`;

const OPERATORS = `
  select o.oprname as name, r.typname as result, ${typeNames("array_remove(array[o.oprleft, o.oprright], 0::oid)")} as args
    from pg_operator o join pg_type r on r.oid = o.oprresult
   where o.oprnamespace = 'pg_catalog'::regnamespace and o.oprname = any ($1::text[])`;

const TYPES = `
  select typname as name from pg_type
   where typnamespace = 'pg_catalog'::regnamespace and typtype = 'b' and typcategory <> 'A' and typname = any ($1::text[])`;

const RELATIONS = `
  select c.relname as name,
         array(select quote_ident(a.attname) || case a.atttypid when 'anyarray'::regtype then '::pg_catalog.text' else '' end
                 from pg_attribute a where a.attrelid = c.oid and (a.attnum > 0 or a.attname = 'xmin') and not a.attisdropped order by a.attnum) as columns
    from pg_class c
   where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind in ('r', 'v') and c.relname = any ($1::text[])`;

/** What of the names the catalogs know, asked in a session whose path is theirs. */
export class Catalog {
  constructor(private readonly client: Client) {}

  functions = (names: string[]): Promise<CatalogFunction[]> => this.#rows(FUNCTIONS, names);
  operators = (names: string[]): Promise<CatalogOperator[]> => this.#rows(OPERATORS, names);
  relations = (names: string[]): Promise<{ name: string; columns: string[] }[]> => this.#rows(RELATIONS, names);
  types = async (names: string[]): Promise<string[]> =>
    (await this.#rows<{ name: string }>(TYPES, names)).map(({ name }) => name);

  async #rows<Row>(text: string, names: string[]): Promise<Row[]> {
    return (await this.client.query(text, [names])).rows as Row[];
  }
}
