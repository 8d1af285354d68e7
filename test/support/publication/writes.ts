import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { qualified } from "../../../provider/postgres/sql/statement";
import type { TableName } from "../../../provider/postgres/sql/table";
import type { Change } from "../../../scripts/demo/replication";
import { session } from "../postgres/session";

/** Changes of one table's rows, in the order in which they were made. */
export type Log = string[];

export function displayed({ schema, name }: TableName): string {
  return `${schema}.${name}`;
}

/** An application that writes to tables with the columns (id int, n int), each in a session of its own, and notes what it did. */
export class Application {
  /** By table. */
  readonly written = new Map<string, Log>();
  /** Errors of its own statements. */
  readonly failures: Error[] = [];
  readonly #uri: string;
  readonly #tables: TableName[];
  #stopping = false;
  #running: Promise<unknown> = Promise.resolve();
  #rows = 0;

  constructor(uri: string, tables: TableName[]) {
    this.#uri = uri;
    this.#tables = tables;
  }

  /** Writes without a pause until `stop`; half of its rows in transactions, in the middle of which anything may happen. */
  start(): void {
    this.#running = this.#each(async (client, table) => {
      while (!this.#stopping) await this.#live(client, table, ++this.#rows % 2 === 0);
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  /** Writes this many rows to each table; afterwards no transaction is open. */
  async burst(rows: number): Promise<void> {
    await this.#each(async (client, table) => {
      for (let row = 0; row < rows; row++) await this.#live(client, table, false);
    });
  }

  #each(work: (client: Client, table: TableName) => Promise<void>): Promise<unknown> {
    const one = async (table: TableName) => {
      const client = await session(this.#uri);
      try {
        await work(client, table);
      } finally {
        await client.end();
      }
    };
    const noted = (error: Error) => this.failures.push(error);
    return Promise.all(this.#tables.map((table) => one(table).catch(noted)));
  }

  /** A row's life: made, changed twice, removed. */
  async #live(client: Client, name: TableName, inTransaction: boolean): Promise<void> {
    const [id, table] = [++this.#rows, qualified(name)];
    const log = this.written.get(displayed(name)) ?? [];
    this.written.set(displayed(name), log);
    if (inTransaction) await client.query("begin");
    const step = async (text: string, entry: string) => {
      await client.query(text);
      log.push(entry);
      await sleep(inTransaction ? 4 : 2);
    };
    await step(`insert into ${table} (id, n) values (${id}, 0)`, `insert ${id} 0`);
    for (const n of [1, 2]) await step(`update ${table} set n = ${n} where id = ${id}`, `update ${id} ${n}`);
    await step(`delete from ${table} where id = ${id}`, `delete ${id}`);
    if (inTransaction) await client.query("commit");
  }
}

/** What a reader got of each table, in the form of the application's own notes; `rootOf` gives a partition's parent. */
export function received(changes: Change[], rootOf: (table: string) => string): Map<string, Log> {
  const logs = new Map<string, Log>();
  for (const change of changes) {
    const table = rootOf(displayed(change.relation));
    const log = logs.get(table) ?? [];
    logs.set(table, log);
    if (change.tag === "delete") log.push(`delete ${(change.key ?? change.old)?.id}`);
    else log.push(`${change.tag} ${change.new.id} ${change.new.n}`);
  }
  return logs;
}
