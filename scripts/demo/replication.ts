import { setTimeout as sleep } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import { LogicalReplicationService, type Pgoutput, PgoutputPlugin } from "pg-logical-replication";

const SLOT = "clickpipes_demo";

/** The stack's output, all that ClickPipes is given. */
export interface Connection {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  publication: string;
}

/** Connects as ClickPipes does, opens a slot on the publication and waits for what `change` makes the application write. */
export async function watchChange(connection: Connection, change: () => Promise<string>): Promise<void> {
  const { publication, ...config } = connection;
  await query(config, "select pg_create_logical_replication_slot($1, 'pgoutput')", [SLOT]);
  console.log(`  connected as ${config.user}, opened slot ${SLOT} on publication ${publication}`);
  const service = new LogicalReplicationService(config, { acknowledge: { auto: true, timeoutSeconds: 0 } });
  const inserted = new Promise<Pgoutput.MessageInsert>((resolve, reject) => {
    service.on("error", reject);
    service.on("data", (_lsn: string, message: Pgoutput.Message) => {
      if (message.tag === "insert") resolve(message);
    });
  });
  const started = new Promise<void>((resolve) => service.on("start", resolve));
  const stream = service.subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames: [publication] }), SLOT);
  const limit = sleep(30_000, undefined, { ref: false }).then(() => {
    throw new Error("the row did not arrive within 30 s");
  });
  try {
    await Promise.race([started, stream, limit]);
    const id = await change();
    console.log(`  the application inserted order ${id}`);
    const { relation, new: row } = await Promise.race([inserted, stream.then(() => inserted), limit]);
    console.log(`  it arrived from ${relation.schema}.${relation.name}: ${JSON.stringify(row)}`);
    if (row.id !== id) throw new Error(`another row arrived than order ${id}`);
  } finally {
    await service.destroy();
  }
}

/** The reader's own business: the package never drops a slot. */
export async function dropSlot({ publication: _, ...config }: Connection): Promise<void> {
  const dropWhenIdle =
    "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active";
  for (let tries = 0; tries < 50; tries++) {
    if ((await query(config, dropWhenIdle, [SLOT])) > 0) return;
    await sleep(100);
  }
  throw new Error(`slot ${SLOT} is still in use, or gone`);
}

async function query(config: ClientConfig, text: string, values: unknown[]): Promise<number> {
  const client = new Client(config);
  await client.connect();
  try {
    return (await client.query(text, values)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}
