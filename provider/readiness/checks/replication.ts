import { identifier, literal } from "../../postgres/sql/statement";
import { SQLSTATE } from "../../postgres/sqlstate";
import type { ReadinessCheck } from "../check";
import type { OpenTransaction, ServerFacts, SlotFacts } from "../sql/server";
import type { Facts } from "./facts";
import { judge } from "./judge";
import { loginFix } from "./role";
import { holdsItsPlaces, isOwn } from "./slots";

export function replicationChecks(facts: Facts): ReadinessCheck[] {
  const { role, server, slots, replication } = facts;
  const name = identifier(role);
  return [
    judge("walLevel", server.walLevel === "logical", "wal_level = logical", {
      detail: `wal_level = ${server.walLevel}`,
      fix: server.neon
        ? "turn logical replication on in the Neon project (resource LogicalReplication)"
        : "ALTER SYSTEM SET wal_level = 'logical' -- and restart the server",
    }),
    ...(server.roleExists
      ? [
          judge("replicationRole", server.replication, `role "${role}" has REPLICATION`, {
            detail: `role "${role}" has no REPLICATION of its own; it is not inherited from other roles`,
            fix: `ALTER ROLE ${name} REPLICATION`,
          }),
          judge(
            "replicationConnection",
            replication === undefined || holdsItsPlaces(facts, replication),
            "IDENTIFY_SYSTEM answers over a replication connection",
            {
              detail: `a replication connection as "${role}" failed: ${replication?.text}`,
              fix: connectionFix(facts),
            },
          ),
        ]
      : []),
    ...placeChecks(facts),
    judgeLost(slots),
    ...slotNameChecks(facts),
    ...waitChecks(facts),
  ];
}

function connectionFix(facts: Facts): string {
  if (facts.login) return loginFix(facts);
  const { role, server, replication } = facts;
  if (!server.replication) return `ALTER ROLE ${identifier(role)} REPLICATION`;
  if (replication?.code === SQLSTATE.tooManyConnections)
    return walSenderIsFree(facts) ? `ALTER ROLE ${identifier(role)} CONNECTION LIMIT -1` : moreWalSenders(server);
  return "use the direct host, without a pooler, and mend what the message names";
}

function placeChecks(facts: Facts): ReadinessCheck[] {
  const { server, slots } = facts;
  const own = slots.filter((slot) => isOwn(slot, facts));
  return [
    judge("walSenders", server.maxWalSenders >= 2 && walSenderIsFree(facts), "a walsender is free", {
      detail: server.maxWalSenders < 2 ? `max_wal_senders = ${server.maxWalSenders}` : "all walsenders are in use",
      fix: moreWalSenders(server),
    }),
    judge("slots", own.length > 0 || server.slots < server.maxSlots, "a replication slot is free", {
      detail: "all replication slots are in use",
      fix: freeSlot(slots) ?? moreOf("max_replication_slots", server, server.maxSlots),
    }),
  ];
}

/** Or the pipe that is running holds it. */
function walSenderIsFree(facts: Facts): boolean {
  const { server, slots } = facts;
  return server.walSenders < server.maxWalSenders || slots.some((slot) => slot.active && isOwn(slot, facts));
}

function moreWalSenders(server: ServerFacts): string {
  return moreOf("max_wal_senders", server, server.maxWalSenders);
}

function moreOf(setting: string, { neon }: ServerFacts, now: number): string {
  if (neon) return "end a subscriber that is no longer needed";
  return `ALTER SYSTEM SET ${setting} = ${Math.max(10, now + 4)} -- and restart the server`;
}

/** Only a slot of this database can be dropped over this connection. */
function freeSlot(slots: SlotFacts[]): string | undefined {
  const idle = slots.find(({ here, active }) => here && !active);
  if (!idle) return undefined;
  return `SELECT pg_catalog.pg_drop_replication_slot(${literal(idle.name)}) -- if nobody will read it any more`;
}

function judgeLost(slots: SlotFacts[]): ReadinessCheck {
  const lost = slots.filter(({ lost, here }) => lost && here).map(({ name }) => name);
  return judge("lostSlots", lost.length === 0, "no slot has lost its WAL", {
    status: "warning",
    detail: `slots without their WAL: ${lost.join(", ")}: their pipes have to be resynced`,
    fix: lost.map((name) => `SELECT pg_catalog.pg_drop_replication_slot(${literal(name)})`).join("; "),
  });
}

function slotNameChecks({ slots, slotName, mode, role }: Facts): ReadinessCheck[] {
  if (slotName === undefined) return [];
  const slot = slots.find(({ name }) => name === slotName);
  const found = mode === "cdc_only" ? unfitSlot(slot, slotName, role) : slotInTheWay(slot, slotName, role);
  return [judge("slotName", found === undefined, `slot ${slotName} is as ${mode} needs it`, found ?? NOTHING)];
}

const NOTHING = { detail: "", fix: "" };

function unfitSlot(slot: SlotFacts | undefined, name: string, role: string) {
  const create = `SELECT pg_catalog.pg_create_logical_replication_slot(${literal(name)}, 'pgoutput')`;
  const again = `SELECT pg_catalog.pg_drop_replication_slot(${literal(name)}); ${create}`;
  if (!slot) return { detail: `slot ${name} does not exist`, fix: create };
  if (!slot.here) return { detail: `slot ${name} reads another database`, fix: "choose another `replicationSlotName`" };
  if (slot.plugin !== "pgoutput") return { detail: `slot ${name} reads with ${slot.plugin}`, fix: again };
  if (slot.lost) return { detail: `slot ${name} has lost its WAL`, fix: again };
  if (slot.active && slot.reader !== role)
    return { detail: `slot ${name} is read by role "${slot.reader}"`, fix: "end that subscriber" };
  return undefined;
}

/** With its first load, ClickPipes makes the slot itself, and fails where there is one. */
function slotInTheWay(slot: SlotFacts | undefined, name: string, role: string) {
  if (!slot || (slot.active && slot.reader === role)) return undefined;
  return {
    detail: `slot ${name} exists already; ClickPipes makes its own`,
    fix: `SELECT pg_catalog.pg_drop_replication_slot(${literal(name)})`,
  };
}

/** Once the pipe has its slot, nothing has to wait for anybody. */
function waitChecks(facts: Facts): ReadinessCheck[] {
  const waiting = facts.slots.some((slot) => isOwn(slot, facts)) ? [] : facts.openTransactions;
  const sessions = waiting.filter(({ gid }) => gid === null);
  const prepared = waiting.filter(({ gid }) => gid !== null);
  const pids = sessions.map(({ pid }) => pid).join(", ");
  return [
    judge("openTransactions", sessions.length === 0, "no open transaction keeps a new slot waiting", {
      status: "warning",
      detail: `making a slot waits for ${sessions.map(({ pid, user, since }) => `session ${pid} of ${user}, open since ${since}`).join("; ")}`,
      fix: `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.unnest(ARRAY[${pids}]) AS pid -- or wait for them to end`,
    }),
    judge("preparedTransactions", prepared.length === 0, "no prepared transaction keeps a new slot waiting", {
      status: "warning",
      detail: `making a slot waits for ${prepared.map(({ gid, database }) => `${literal(gid ?? "")} of database "${database}"`).join("; ")}`,
      fix: `${prepared.map((one) => rollback(one, facts.server)).join("; ")} -- or COMMIT PREPARED, as the application decides`,
    }),
  ];
}

/** Only a session of its own database can end a prepared transaction. */
function rollback({ gid, database }: OpenTransaction, here: ServerFacts): string {
  const end = `ROLLBACK PREPARED ${literal(gid ?? "")}`;
  return database === here.database ? end : `in database "${database}": ${end}`;
}
