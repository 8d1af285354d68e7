import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fresh } from "../support/freshName";
import { type Place, useDatabase } from "../support/postgres/database";
import { session } from "../support/postgres/session";
import { makeTables, managed, publicationOf, WITH_KEY } from "../support/publication/publications";
import { dropSlots, makeSlot, type Reader, startReader } from "../support/publication/reader";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)("Slots on Postgres $version, for $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin, { max_slot_wal_keep_size: "2MB", wal_keep_size: "0" });
  useWarnings();
  let readers: Reader[] = [];
  let name: string;
  let desired: { name: string; tables: string[] };

  beforeEach(async () => {
    name = fresh();
    desired = { name, tables: await makeTables(db, WITH_KEY) };
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.leave();
    await dropSlots(db);
  });

  const reads = async (slot: string, publications: string[], database?: string) => {
    const reader = await startReader(db, slot, publications, database);
    readers = [...readers, reader];
    return reader;
  };
  const made = async (args = {}, config: Record<string, string> = { "clickpipes:deleteTimeout": "0" }) => {
    const pub = managed(db, config);
    await pub.up({ ...desired, ...args });
    return pub;
  };
  const consent = { allowReplace: true };

  test("that a pipe reads block drop, replacement and rename, and the reader is named", async () => {
    const pub = await made();
    const { pid } = await reads("ours", [name, "other"]);
    const refusal = new RegExp(
      `publication "${name}" may still be read through slot ours \\(read by session ${pid}, holding .+ of WAL\\)\\.\nDelete [\\s\\S]*\nNothing was changed\\.`,
    );
    await expect(pub.destroy()).rejects.toThrow(refusal);
    await expect(pub.up({ ...desired, ...consent, name: `${name}_new` })).rejects.toThrow(refusal);
    await expect(pub.up({ name, ...consent, allTables: true, allowUnsafeTables: true })).rejects.toThrow(refusal);
    expect((await publicationOf(db, name))?.oid).toBe(pub.outputs.oid);
    // A change in place works, since a running pipe survives it.
    await pub.up({ ...desired, tables: [] });
  });

  test("whose reader asked for other publications do not block", async () => {
    const pub = await made();
    await reads("theirs", [`${name}_2`, "other"]);
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("that are inactive block, since they may belong to any publication", async () => {
    const pub = await made();
    await makeSlot(db, "left");
    await expect(pub.destroy()).rejects.toThrow(
      /slot left \(inactive, holding .+ of WAL\)\.\nAn inactive slot[\s\S]*pg_drop_replication_slot/,
    );
    expect(await publicationOf(db, name)).toBeDefined();
  });

  test("that are dropped during the wait no longer block", async () => {
    const pub = await made({}, { "clickpipes:deleteTimeout": "60" });
    const { leave } = await reads("ours", [name]);
    const destroying = pub.destroy();
    const look = () =>
      db.query("select from pg_stat_activity where application_name = 'pulumi-neon-clickpipes' and state = 'idle'");
    await vi.waitUntil(async () => (await look()).length > 0);
    expect(await publicationOf(db, name)).toBeDefined();
    await leave();
    readers = [];
    await dropSlots(db);
    await destroying;
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("of another plugin, of another database, and lost slots do not block", async () => {
    const pub = await made();
    await makeSlot(db, "lost");
    for (let round = 0; round < 8; round++) {
      await db.query("select pg_switch_wal(), pg_logical_emit_message(false, 'fill', repeat('x', 1000000))");
      await db.query("checkpoint");
    }
    expect(
      await db.query("select from pg_replication_slots where slot_name = 'lost' and wal_status = 'lost'"),
    ).toHaveLength(1);
    await makeSlot(db, "decoding", "test_decoding");
    const other = fresh("d");
    await db.query(`create database ${other}`);
    const uri = db.uriOf("cloud_admin", "stand-in superuser", other);
    const there = await session(uri);
    await there.query(`create publication ${name}`);
    await there.end();
    await reads("elsewhere", [name], other);
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("stay with allowLeftoverSlots, which a replacement reads at once and a delete from the state", async () => {
    const pub = await made();
    await makeSlot(db, "left");
    const all = { name, allTables: true, allowUnsafeTables: true, ...consent };
    await expect(pub.up(all)).rejects.toThrow("allowLeftoverSlots");
    await pub.up({ ...all, allowLeftoverSlots: true });
    expect(await publicationOf(db, name)).toMatchObject({ all: true });
    await pub.up({ ...all, allowLeftoverSlots: false });
    await expect(pub.destroy()).rejects.toThrow("slot left");
    await pub.up({ ...all, allowLeftoverSlots: true });
    await pub.destroy();
    expect(await db.query("select from pg_replication_slots where slot_name = 'left'")).toHaveLength(1);
  });
});
