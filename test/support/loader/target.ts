import { Session } from "chdb";

type Values = Record<string, unknown>;

/** One table of a real ClickHouse: rows by version, the newest counts. All values are texts, as Postgres wrote them. */
export class Target {
  readonly #session: Session;
  readonly #table: string;
  readonly columns: string[];
  #version = 0;

  private constructor(session: Session, table: string, columns: string[]) {
    this.#session = session;
    this.#table = table;
    this.columns = columns;
  }

  static async create(session: Session, table: string, columns: string[], key: string[]): Promise<Target> {
    if (key.length === 0) throw new Error(`cannot determine ORDER BY key of ${table}`);
    const typed = columns.map((name) => `${identifier(name)} ${key.includes(name) ? "String" : "Nullable(String)"}`);
    const target = new Target(session, table, columns);
    await target.#run(
      `CREATE TABLE ${table} (${[...typed, "_version UInt64", "_deleted Bool"].join(", ")})
       ENGINE = ReplacingMergeTree(_version) ORDER BY (${key.map(identifier).join(", ")})`,
    );
    return target;
  }

  /** Rows of the first load are older than every change. */
  load(rows: (string | null)[][]): Promise<void> {
    return this.#insert(rows.map((row) => ({ ...this.#named(row), _version: 0, _deleted: false })));
  }

  apply(changes: { row: Values; deleted: boolean }[]): Promise<void> {
    return this.#insert(
      changes.map(({ row, deleted }) => ({ ...this.#mapped(row), _version: ++this.#version, _deleted: deleted })),
    );
  }

  /** The rows that count, in a fixed order. */
  async rows(): Promise<string[]> {
    const columns = this.columns.map(identifier).join(", ");
    const text = await this.#run(
      `SELECT ${columns} FROM ${this.#table} FINAL WHERE NOT _deleted`,
      "JSONCompactEachRow",
    );
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.stringify(JSON.parse(line)))
      .sort();
  }

  #named(row: (string | null)[]): Values {
    return Object.fromEntries(this.columns.map((name, index) => [name, row[index]]));
  }

  /** Without the columns that the pipe excludes. */
  #mapped(row: Values): Values {
    return Object.fromEntries(this.columns.map((name) => [name, row[name] ?? null]));
  }

  async #insert(rows: Values[]): Promise<void> {
    if (rows.length === 0) return;
    const lines = rows.map((row) => JSON.stringify(row)).join("\n");
    await this.#run(`INSERT INTO ${this.#table} FORMAT JSONEachRow ${lines}`);
  }

  async #run(text: string, format = "TSV"): Promise<string> {
    return (await this.#session.queryAsync(text, { format })).text().trim();
  }
}

/** All tables of a test file are in one ClickHouse. */
export function openClickHouse(): Session {
  return new Session();
}

function identifier(name: string): string {
  return `\`${name.replace(/[`\\]/g, "\\$&")}\``;
}
