import type { Session } from "chdb";
import { Client } from "pg";
import type { Connection } from "../../provider";
import type { Change } from "./replication";

export interface Mapping {
  sourceSchemaName: string;
  sourceTable: string;
  targetTable: string;
  excludedColumns?: string[];
}

interface Target {
  mapping: Mapping;
  columns: string[];
  key: string[];
}

/** Columns of each mapped table, and those of its key, as the ClickPipes user sees them. */
const COLUMNS = /* SQL */ `
select array_agg(a.attname::text order by a.attnum) as columns,
       array_agg(a.attname::text order by a.attnum) filter (where a.attnum = any (i.indkey)) as key
from pg_attribute a join pg_index i on i.indrelid = a.attrelid and i.indisprimary
where a.attrelid = to_regclass(format('%I.%I', $1::text, $2::text)) and a.attnum > 0 and not a.attisdropped
  and a.attname <> all ($3::text[])`;

/** A real ClickHouse in this process, that keeps copies of tables as a ClickPipe does: rows by version, the newest counts. */
export class ClickHouse {
  private readonly targets = new Map<string, Target>();
  private version = 0;

  private constructor(private readonly session: Session) {}

  /** Undefined where there is no ClickHouse library for this platform. */
  static async open(): Promise<ClickHouse | undefined> {
    try {
      const { Session } = await import("chdb");
      return new ClickHouse(new Session());
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.session.cleanup();
  }

  /** The first load: as many rows as there were. */
  async load(connection: Connection, mappings: Mapping[]): Promise<number> {
    let rows = 0;
    for (const mapping of mappings) {
      const target = await describe(connection, mapping);
      this.targets.set(`${mapping.sourceSchemaName}.${mapping.sourceTable}`, target);
      const into = identifier(mapping.targetTable);
      await this.run(
        `CREATE TABLE ${into} ENGINE = ReplacingMergeTree(_version) ORDER BY (${list(target.key)}) AS
         SELECT ${list(target.columns)}, toUInt64(0) AS _version, false AS _deleted FROM ${source(connection, mapping)}`,
      );
      rows += Number(await this.run(`SELECT count() FROM ${into}`));
    }
    return rows;
  }

  async apply(changes: Change[]): Promise<void> {
    const lines = new Map<Target, string[]>();
    for (const change of changes) {
      const target = this.targets.get(`${change.relation.schema}.${change.relation.name}`);
      if (!target) continue;
      const row = change.tag === "delete" ? (change.old ?? change.key) : change.new;
      const line = JSON.stringify({ ...row, _version: ++this.version, _deleted: change.tag === "delete" });
      lines.set(target, [...(lines.get(target) ?? []), line]);
    }
    for (const [{ mapping }, rows] of lines) {
      const settings = "SETTINGS date_time_input_format = 'best_effort'";
      await this.run(
        `INSERT INTO ${identifier(mapping.targetTable)} ${settings} FORMAT JSONEachRow ${rows.join("\n")}`,
      );
    }
  }

  async rows(mapping: Mapping): Promise<number> {
    return Number(await this.run(`SELECT count() FROM ${current(mapping, "*")}`));
  }

  columns(table: string): Promise<string> {
    return this.run(
      `SELECT arrayStringConcat(groupArray(name), ' ') FROM system.columns WHERE table = ${literal(table)}`,
    );
  }

  /** How many rows only one side has: of ClickHouse's copy, and of the table as `connection` reads it. */
  async differences(connection: Connection, mapping: Mapping): Promise<number> {
    const target = this.targets.get(`${mapping.sourceSchemaName}.${mapping.sourceTable}`);
    const columns = list(target?.columns ?? []);
    const there = `(SELECT ${columns} FROM ${source(connection, mapping)})`;
    const here = `(SELECT * FROM ${current(mapping, columns)})`;
    const only = async (one: string, other: string) =>
      Number(await this.run(`SELECT count() FROM (${one} EXCEPT ${other})`));
    return (await only(here, there)) + (await only(there, here));
  }

  /** Outside of the event loop, since a server in this process may have to answer. */
  private async run(text: string): Promise<string> {
    return (await this.session.queryAsync(text, { format: "TSV" })).text().trim();
  }
}

async function describe({ publication: _, ...config }: Connection, mapping: Mapping): Promise<Target> {
  const client = new Client(config);
  await client.connect();
  try {
    const { sourceSchemaName, sourceTable, excludedColumns = [] } = mapping;
    const { rows } = await client.query(COLUMNS, [sourceSchemaName, sourceTable, excludedColumns]);
    return { mapping, ...rows[0] };
  } finally {
    await client.end();
  }
}

function source(connection: Connection, { sourceSchemaName, sourceTable }: Mapping): string {
  const { host, port, database, user, password } = connection;
  const values = [`${host}:${port}`, database, sourceTable, user, password, sourceSchemaName];
  return `postgresql(${values.map(literal).join(", ")})`;
}

function current({ targetTable }: Mapping, columns: string): string {
  return `(SELECT ${columns} FROM ${identifier(targetTable)} FINAL WHERE NOT _deleted)`;
}

function literal(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}

function identifier(name: string): string {
  return `\`${name.replace(/[`\\]/g, "\\$&")}\``;
}

function list(names: string[]): string {
  return names.map(identifier).join(", ");
}
