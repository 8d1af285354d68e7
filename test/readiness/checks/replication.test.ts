import { describe, expect, test } from "vitest";
import type { Facts } from "../../../provider/readiness/checks/facts";
import type { SlotFacts } from "../../../provider/readiness/sql/server";
import { blocked, type Case, FACTS, SLOT, warning, withServer, wrongIn } from "../../support/readiness/facts";

const REPLICATION = 'ALTER ROLE "reader" REPLICATION';
const MORE_SENDERS = "ALTER SYSTEM SET max_wal_senders = 10 -- and restart the server";
const failed = (text: string) => `a replication connection as "reader" failed: ${text}`;
const REFUSED = { text: "too many", code: "53300" };

const MINE: SlotFacts = { ...SLOT, name: "mine", active: false, reader: null };
const named = (mode: Facts["mode"], slots: SlotFacts[]): Facts => ({ ...FACTS, mode, slots, slotName: "mine" });
const CREATE = "SELECT pg_catalog.pg_create_logical_replication_slot('mine', 'pgoutput')";
const DROP = "SELECT pg_catalog.pg_drop_replication_slot('mine')";

const CASES: Case[] = [
  {
    when: "wal_level is too low",
    facts: withServer({ walLevel: "replica" }),
    finds: [
      blocked("walLevel", "wal_level = replica", "ALTER SYSTEM SET wal_level = 'logical' -- and restart the server"),
    ],
  },
  {
    when: "wal_level is too low on Neon",
    facts: withServer({ walLevel: "replica", neon: true }),
    finds: [
      blocked(
        "walLevel",
        "wal_level = replica",
        "turn logical replication on in the Neon project (resource LogicalReplication)",
      ),
    ],
  },
  {
    when: "wal_level is too low, but it is a snapshot",
    facts: withServer({ walLevel: "replica" }, { mode: "snapshot" }),
    finds: [],
  },
  {
    when: "the role lacks REPLICATION",
    facts: withServer({ replication: false }, { replication: { text: "must be superuser or replication role" } }),
    finds: [
      blocked(
        "replicationRole",
        'role "reader" lacks the REPLICATION attribute, which roles do not inherit',
        REPLICATION,
      ),
      blocked("replicationConnection", failed("must be superuser or replication role"), REPLICATION),
    ],
  },
  {
    when: "neither login works",
    facts: { ...FACTS, login: { text: "no", code: "28P01" }, replication: { text: "no", code: "28P01" } },
    finds: ["login", "replicationConnection"].map((check) =>
      blocked(
        check,
        check === "login" ? 'logging in as "reader" failed: no' : failed("no"),
        `ALTER ROLE "reader" PASSWORD '…' -- or use the password that the role has`,
      ),
    ),
  },
  {
    when: "the role's connection limit refuses the replication connection",
    facts: withServer({ connectionLimit: 3, connections: 3 }, { replication: REFUSED }),
    finds: [blocked("replicationConnection", failed("too many"), 'ALTER ROLE "reader" CONNECTION LIMIT -1')],
  },
  {
    when: "no walsender is free for the replication connection",
    facts: withServer({ walSenders: 3, maxWalSenders: 3 }, { replication: REFUSED }),
    finds: [
      blocked("replicationConnection", failed("too many"), MORE_SENDERS),
      blocked("walSenders", "all walsenders are in use", MORE_SENDERS),
    ],
  },
  {
    when: "a pooler refuses the replication connection",
    facts: { ...FACTS, replication: { text: "unsupported startup parameter" } },
    finds: [
      blocked(
        "replicationConnection",
        failed("unsupported startup parameter"),
        "use the direct host, not a pooler, and fix what the error names",
      ),
    ],
  },
  {
    when: "a running pipe uses the last walsender",
    facts: withServer({ walSenders: 3, maxWalSenders: 3 }, { replication: REFUSED, slots: [SLOT] }),
    finds: [],
  },
  {
    when: "the server allows a single walsender",
    facts: withServer({ maxWalSenders: 1 }),
    finds: [blocked("walSenders", "max_wal_senders = 1", MORE_SENDERS)],
  },
  { when: "the server allows two walsenders", facts: withServer({ maxWalSenders: 2 }), finds: [] },
  {
    when: "both walsenders that the server allows are in use",
    facts: withServer({ maxWalSenders: 2, walSenders: 2 }),
    finds: [blocked("walSenders", "all walsenders are in use", MORE_SENDERS)],
  },
  {
    when: "all walsenders are in use on Neon",
    facts: withServer({ walSenders: 10, neon: true }),
    finds: [blocked("walSenders", "all walsenders are in use", "stop a subscriber that you no longer need")],
  },
  {
    when: "all slots are in use, and an inactive one can be dropped",
    facts: withServer({ slots: 10 }, { slots: [{ ...MINE, plugin: "test_decoding" }] }),
    finds: [blocked("slots", "all replication slots are in use", `${DROP} -- if no subscriber needs it any more`)],
  },
  {
    when: "all slots are in use, and the inactive one belongs to another database",
    facts: withServer(
      { slots: 10 },
      {
        slots: [
          { ...MINE, here: false },
          { ...SLOT, reader: "other" },
        ],
      },
    ),
    finds: [
      blocked(
        "slots",
        "all replication slots are in use",
        "ALTER SYSTEM SET max_replication_slots = 14 -- and restart the server",
      ),
    ],
  },
  {
    when: "all slots are in use, one of them by the pipe",
    facts: withServer({ slots: 10 }, { slots: [SLOT] }),
    finds: [],
  },
  {
    when: "all slots are in use, one of them the paused pipe's, which cdc_only names",
    facts: withServer({ slots: 10 }, { ...named("cdc_only", [MINE]) }),
    finds: [],
  },
  {
    when: "all slots are in use, and the inactive one has another name than the pipe's",
    facts: withServer({ slots: 10 }, { slots: [MINE], slotName: "peerflow" }),
    finds: [blocked("slots", "all replication slots are in use", `${DROP} -- if no subscriber needs it any more`)],
  },
  {
    when: "two slots have lost their WAL, one of them in another database",
    facts: {
      ...FACTS,
      slots: [
        { ...MINE, lost: true },
        { ...MINE, name: "there", here: false, lost: true },
      ],
    },
    finds: [warning("lostSlots", "slots that have lost their WAL, so their pipes need a resync: mine", DROP)],
  },
  {
    when: "cdc_only names a slot that does not exist",
    facts: named("cdc_only", []),
    finds: [
      warning("slotName", "slot mine does not exist; ClickPipes creates it, without the changes before that", CREATE),
    ],
  },
  {
    when: "cdc_only names a physical slot",
    facts: named("cdc_only", [{ ...MINE, plugin: null, here: false }]),
    finds: [blocked("slotName", "slot mine is a physical one", `${DROP}; ${CREATE}`)],
  },
  {
    when: "cdc names a physical slot",
    facts: named("cdc", [{ ...MINE, plugin: null, here: false }]),
    finds: [blocked("slotName", "slot mine already exists, and ClickPipes creates its own", DROP)],
  },
  {
    when: "cdc_only names a slot of another database",
    facts: named("cdc_only", [{ ...MINE, here: false }]),
    finds: [blocked("slotName", "slot mine belongs to another database", "choose another `replicationSlotName`")],
  },
  {
    when: "cdc_only names a slot with another output plugin",
    facts: named("cdc_only", [{ ...MINE, plugin: "wal2json" }]),
    finds: [blocked("slotName", 'slot mine uses output plugin "wal2json" instead of pgoutput', `${DROP}; ${CREATE}`)],
  },
  {
    when: "cdc_only names a slot that has lost its WAL",
    facts: named("cdc_only", [{ ...MINE, lost: true }]),
    finds: [
      warning("lostSlots", "slots that have lost their WAL, so their pipes need a resync: mine", DROP),
      blocked("slotName", "slot mine has lost its WAL", `${DROP}; ${CREATE}`),
    ],
  },
  {
    when: "cdc_only names a slot that another role reads",
    facts: named("cdc_only", [{ ...MINE, active: true, reader: "other" }]),
    finds: [blocked("slotName", 'slot mine is read by role "other"', "stop that subscriber")],
  },
  { when: "cdc_only names an inactive slot", facts: named("cdc_only", [MINE]), finds: [] },
  {
    when: "cdc_only names the slot of its running pipe",
    facts: named("cdc_only", [{ ...MINE, active: true, reader: "reader" }]),
    finds: [],
  },
  {
    when: "cdc names a slot that already exists",
    facts: named("cdc", [MINE]),
    finds: [blocked("slotName", "slot mine already exists, and ClickPipes creates its own", DROP)],
  },
  {
    when: "cdc names a slot that another role reads",
    facts: named("cdc", [{ ...MINE, active: true, reader: "other" }]),
    finds: [blocked("slotName", "slot mine already exists, and ClickPipes creates its own", DROP)],
  },
  { when: "cdc names a slot that does not exist", facts: named("cdc", []), finds: [] },
  {
    when: "cdc names the slot of its running pipe",
    facts: named("cdc", [{ ...MINE, active: true, reader: "reader" }]),
    finds: [],
  },
];

describe("the report on replication, if", () => {
  test.each(CASES)("$when", ({ facts, finds }) => {
    expect(wrongIn(facts)).toEqual(finds);
  });
});
