import { LogicalReplicationService, PgoutputPlugin } from "pg-logical-replication";
import { vi } from "vitest";
import type { TestDatabase } from "../postgres/database";
import { session } from "../postgres/session";

export interface Reader {
  pid: number;
  /** Goes away and leaves its slot. */
  leave(): Promise<void>;
}

/** Reads publications over a new slot, as the superuser, in database `database`. */
export async function startReader(
  db: TestDatabase,
  slot: string,
  publicationNames: string[],
  database?: string,
): Promise<Reader> {
  const uri = db.uriOf("cloud_admin", "stand-in superuser", database);
  await makeSlot(db, slot, "pgoutput", uri);
  const service = new LogicalReplicationService(
    { connectionString: uri },
    { acknowledge: { auto: true, timeoutSeconds: 1 } },
  );
  // The server may end it: a slot that holds too much WAL is lost.
  service.on("error", () => {});
  const started = new Promise<void>((resolve) => service.on("start", () => resolve()));
  const reading = service.subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames }), slot);
  await Promise.race([started, reading]);
  const activePid = "select active_pid as pid from pg_replication_slots where slot_name = $1";
  const pid = await vi.waitUntil(async () => (await db.query<{ pid: number | null }>(activePid, [slot]))[0]?.pid);
  const leave = async () => {
    await service.destroy();
    await reading.catch(() => {});
    await vi.waitUntil(async () => (await db.query<{ pid: number | null }>(activePid, [slot]))[0]?.pid === null);
  };
  return { pid, leave };
}

export async function makeSlot(db: TestDatabase, slot: string, plugin = "pgoutput", uri?: string): Promise<void> {
  const make = "select pg_create_logical_replication_slot($1, $2)";
  if (uri === undefined) {
    await db.query(make, [slot, plugin]);
    return;
  }
  const client = await session(uri);
  await client.query(make, [slot, plugin]);
  await client.end();
}

export async function dropSlots(db: TestDatabase): Promise<void> {
  await db.query("select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active");
}
