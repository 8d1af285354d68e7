import { setTimeout as sleep } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import { LogicalReplicationService, type Pgoutput, PgoutputPlugin } from "pg-logical-replication";
import type { Connection } from "../../provider";

export type Change = Pgoutput.MessageInsert | Pgoutput.MessageUpdate | Pgoutput.MessageDelete;

const LIMIT_MS = 30_000;

/** Reads a publication over a slot of its own, as ClickPipes does, with the connection that it was given alone. */
export class ChangeReader {
  private readonly arrived: Change[] = [];
  private readonly marks = new Set<string>();
  private service: LogicalReplicationService | undefined;
  private failure: Error | undefined;

  private constructor(
    private readonly connection: Connection,
    private readonly slot: string,
  ) {}

  /** Makes the slot: from here on, no change is lost. */
  static async open(connection: Connection, slot: string): Promise<ChangeReader> {
    await query(connection, "select pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
    return new ChangeReader(connection, slot);
  }

  async start(): Promise<void> {
    const { publication, ...config } = this.connection;
    const service = new LogicalReplicationService(config, { acknowledge: { auto: true, timeoutSeconds: 0 } });
    this.service = service;
    service.on("data", (_lsn: string, message: Pgoutput.Message) => this.take(message));
    service.on("error", (error: Error) => this.fail(error));
    const started = new Promise<void>((resolve) => service.on("start", resolve));
    const stream = service.subscribe(
      new TextPlugin({ protoVersion: 1, publicationNames: [publication], messages: true }),
      this.slot,
    );
    stream.catch((error: Error) => this.fail(error));
    await Promise.race([started, stream]);
  }

  /** All changes that were committed before the call, in their order. */
  async caughtUp(): Promise<Change[]> {
    const mark = `mark ${Math.random()}`;
    await query(this.connection, "select pg_logical_emit_message(true, 'caught up', $1)", [mark]);
    for (const deadline = Date.now() + LIMIT_MS; !this.marks.has(mark); await sleep(20)) {
      if (this.failure) throw this.failure;
      if (Date.now() > deadline) throw new Error(`the changes did not arrive within ${LIMIT_MS / 1000} s`);
    }
    return this.arrived.splice(0);
  }

  async stop(): Promise<void> {
    await this.service?.destroy();
  }

  /** The reader's own business: the package never drops a slot. */
  async dropSlot(): Promise<void> {
    const dropWhenIdle =
      "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active";
    for (let tries = 0; tries < 50; tries++) {
      if ((await query(this.connection, dropWhenIdle, [this.slot])) > 0) return;
      await sleep(100);
    }
    throw new Error(`slot ${this.slot} is still in use, or gone`);
  }

  private take(message: Pgoutput.Message): void {
    if (message.tag === "message") this.marks.add(Buffer.from(message.content).toString());
    if (message.tag === "insert" || message.tag === "update" || message.tag === "delete") this.arrived.push(message);
  }

  private fail(error: Error): void {
    this.failure ??= error;
  }
}

/** Leaves values as the server wrote them: a Date of JavaScript would cut microseconds off. */
class TextPlugin extends PgoutputPlugin {
  override parse(buffer: Buffer): Pgoutput.Message {
    const message = super.parse(buffer);
    if (message.tag === "relation") for (const column of message.columns) column.parser = (text) => text;
    return message;
  }
}

async function query(
  { publication: _, ...config }: Connection & ClientConfig,
  text: string,
  values: unknown[],
): Promise<number> {
  const client = new Client(config);
  await client.connect();
  try {
    return (await client.query(text, values)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}
