import { Client, type ClientConfig } from "pg";

/** A table in a pipe. */
export interface Mapped {
  schema: string;
  name: string;
  excludedColumns?: string[];
}

/** What the first load knows of a mapped table. */
export interface Loaded {
  oid: number;
  columns: string[];
  /** The columns by which ClickHouse orders it: those of the key that are not excluded. */
  key: string[];
  /** The relations that are read, each by itself: leaves of all levels, or the table and its children. */
  relations: { schema: string; name: string }[];
}

const DESCRIBE = `
select c.oid, array_agg(a.attname::text order by a.attnum) as columns,
       coalesce(array_agg(a.attname::text order by a.attnum) filter (where a.attnum = any (i.indkey)), '{}') as key
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  left join pg_index i on i.indrelid = c.oid and i.indisprimary
 where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped and a.attname <> all ($3::text[])
 group by c.oid`;

const RELATIONS = `
with recursive tree as (
  select $1::oid as oid union select i.inhrelid from tree t join pg_inherits i on i.inhparent = t.oid
)
select n.nspname as schema, c.relname as name from tree t join pg_class c on c.oid = t.oid join pg_namespace n on n.oid = c.relnamespace
 where c.relkind <> 'p' order by 1, 2`;

/** One level up, as the engine looks for it. */
const PARENTS = "select inhrelid as child, inhparent as parent from pg_inherits";

/** Values stay as the server wrote them. */
export const AS_TEXT = { getTypeParser: () => (value: string) => value };

/** Reads a source as ClickPipes' engine does, with the login that it is given and with nothing else. */
export class SourceReader {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async open(config: ClientConfig): Promise<SourceReader> {
    const client = new Client(config);
    await client.connect();
    return new SourceReader(client);
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  async describe({ schema, name, excludedColumns = [] }: Mapped): Promise<Loaded> {
    const { rows } = await this.#client.query(DESCRIBE, [schema, name, excludedColumns]);
    if (rows.length === 0) throw new Error(`source tables do not exist: ${schema}.${name}`);
    const relations = await this.#client.query(RELATIONS, [rows[0].oid]);
    return { ...rows[0], relations: relations.rows.map(parsedAgain) };
  }

  /** The rows of one relation alone, in the ranges of ctid that the first load makes. */
  async *rowsOf(relation: { schema: string; name: string }, columns: string[]): AsyncGenerator<(string | null)[][]> {
    const of = [relation.schema, relation.name].map((part) => this.#client.escapeIdentifier(part)).join(".");
    const list = columns.map((column) => this.#client.escapeIdentifier(column)).join(", ");
    for (const range of [
      ["(0,0)", "(0,65535)"],
      ["(1,0)", "(4294967294,65535)"],
    ]) {
      const text = `select ${list} from only ${of} where ctid between $1 and $2`;
      const { rows } = await this.#client.query({ text, values: range, rowMode: "array", types: AS_TEXT });
      yield rows;
    }
  }

  /** The OID of the parent by the OID of the child. */
  async parents(): Promise<Map<number, number>> {
    const { rows } = await this.#client.query<{ child: number; parent: number }>(PARENTS);
    return new Map(rows.map(({ child, parent }) => [child, parent]));
  }
}

/** The engine makes one text of a relation's name, and parses it again. */
function parsedAgain({ schema, name }: { schema: string; name: string }): { schema: string; name: string } {
  const parts = `${schema}.${name}`.split(".");
  if (parts.length !== 2) throw new Error(`invalid table identifier: ${schema}.${name}`);
  return { schema, name };
}
