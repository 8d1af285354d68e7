import type { Session } from "chdb";
import { Client } from "pg";
import type { Connection } from "../../../provider";
import { ChangeReader } from "../../../scripts/demo/replication";
import { fresh } from "../freshName";
import { AS_TEXT, type Mapped, SourceReader } from "./source";
import { Target } from "./target";

interface Table {
  mapped: Mapped;
  target: Target;
}

/**
 * A pipe as ClickPipes runs it, with the created user's login and nothing else: a slot, a first load of every relation by itself,
 * and then the changes. Changes of a child or partition come under its parent, one level deep. A table is known by the OID that it
 * had at the start.
 */
export class Pipe {
  readonly #connection: Connection;
  readonly #changes: ChangeReader;
  readonly #tables: Map<number, Table>;

  private constructor(connection: Connection, changes: ChangeReader, tables: Map<number, Table>) {
    this.#connection = connection;
    this.#changes = changes;
    this.#tables = tables;
  }

  /** Makes the slot and loads. It fails as the first load fails, and leaves no slot then. */
  static async start(clickHouse: Session, connection: Connection, tables: Mapped[]): Promise<Pipe> {
    const changes = await ChangeReader.open(connection, fresh("peerflow_slot"));
    try {
      return new Pipe(connection, changes, await load(clickHouse, connection, tables));
    } catch (error) {
      await changes.dropSlot();
      throw error;
    }
  }

  /** Reads all changes up to now, and drops those that no mapped table expects. */
  async catchUp(): Promise<void> {
    await this.#changes.start();
    const changes = await this.#changes.caughtUp();
    const source = await SourceReader.open(this.#login);
    const parents = await source.parents();
    await source.close();
    for (const change of changes) {
      const oid = change.relation.relationOid;
      const table = this.#tables.get(parents.get(oid) ?? oid);
      const deleted = change.tag === "delete";
      const row = change.tag === "delete" ? (change.old ?? change.key) : change.new;
      await table?.target.apply([{ row: row ?? {}, deleted }]);
    }
  }

  /** How many rows only one side has. `uri`: of a superuser, who sees all rows. */
  async differences(uri: string): Promise<Record<string, number>> {
    const client = new Client(uri);
    await client.connect();
    try {
      const counts: Record<string, number> = {};
      for (const [oid, { mapped, target }] of this.#tables) {
        const here = await target.rows();
        const list = target.columns.map((column) => client.escapeIdentifier(column)).join(", ");
        const [{ name }] = (await client.query("select $1::oid::regclass::text as name", [oid])).rows;
        const { rows } = await client.query({ text: `select ${list} from ${name}`, rowMode: "array", types: AS_TEXT });
        const there = rows.map((row) => JSON.stringify(row)).sort();
        counts[mapped.name] = difference(here, there).length + difference(there, here).length;
      }
      return counts;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.#changes.stop();
    await this.#changes.dropSlot();
  }

  get #login() {
    const { publication: _, ...login } = this.#connection;
    return login;
  }
}

async function load(clickHouse: Session, connection: Connection, tables: Mapped[]): Promise<Map<number, Table>> {
  const { publication: _, ...login } = connection;
  const source = await SourceReader.open(login);
  try {
    const loaded = new Map<number, Table>();
    for (const mapped of tables) {
      const { oid, columns, key, relations } = await source.describe(mapped);
      const target = await Target.create(clickHouse, fresh("target"), columns, key);
      for (const relation of relations)
        for await (const rows of source.rowsOf(relation, columns)) await target.load(rows);
      loaded.set(oid, { mapped, target });
    }
    return loaded;
  } finally {
    await source.close();
  }
}

/** Each value as often as only the first list has it. */
function difference(one: string[], other: string[]): string[] {
  const left = [...other];
  return one.filter((value) => {
    const index = left.indexOf(value);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}
