import { literal } from "../../postgres/sql/statement";
import type { ReadinessCheck } from "../check";
import type { SlotFacts } from "../sql/server";
import { type Facts, ownSlots } from "./facts";
import { dropSlot, raiseSetting } from "./fixes";
import { type Finding, judge } from "./judge";

export function slotChecks(facts: Facts): ReadinessCheck[] {
  const { server, slots, slotName } = facts;
  const own = ownSlots(facts);
  const leftover = slots.filter(
    (slot) => slot.here && !slot.active && slot.name !== slotName && slot.name.startsWith("peerflow_slot_"),
  );
  const lost = slots.filter(({ lost, here }) => lost && here).map(({ name }) => name);
  return [
    judge(
      "slots",
      own.length > 0 || server.slots < server.maxSlots,
      own.length > 0 ? "the pipe has its slot" : "a replication slot is free",
      {
        detail: "all replication slots are in use",
        fix: freeSlot(slots) ?? raiseSetting("max_replication_slots", server.maxSlots, server),
      },
    ),
    judge("leftoverSlots", leftover.length === 0, "no slot of this database is left by a pipe", {
      status: "warning",
      detail: `slots that no one reads, of a paused pipe or left by an earlier one, and that keep WAL: ${leftover.map(({ name }) => name).join(", ")}`,
      fix: `${leftover.map(({ name }) => dropSlot(name)).join("; ")} -- if no pipe needs them any more`,
    }),
    judge("lostSlots", lost.length === 0, "no slot of this database has lost its WAL", {
      status: "warning",
      detail: `slots that have lost their WAL, so their pipes need a resync: ${lost.join(", ")}`,
      fix: lost.map(dropSlot).join("; "),
    }),
    ...slotNameChecks(facts),
  ];
}

/** This connection can only drop slots of its own database. */
function freeSlot(slots: SlotFacts[]): string | undefined {
  const idle = slots.find(({ here, active }) => here && !active);
  return idle && `${dropSlot(idle.name)} -- if no subscriber needs it any more`;
}

function slotNameChecks({ slots, slotName, mode, role }: Facts): ReadinessCheck[] {
  if (slotName === undefined) return [];
  const slot = slots.find(({ name }) => name === slotName);
  const found = mode === "cdc_only" ? unfitSlot(slot, slotName, role) : slotInTheWay(slot, slotName, role);
  return [judge("slotName", found === undefined, `slot ${slotName} fits replication mode ${mode}`, found ?? NOTHING)];
}

const NOTHING: Readonly<Finding> = { detail: "", fix: "" };

function unfitSlot(slot: SlotFacts | undefined, name: string, role: string): Finding | undefined {
  const create = `SELECT pg_catalog.pg_create_logical_replication_slot(${literal(name)}, 'pgoutput')`;
  const again = `${dropSlot(name)}; ${create}`;
  if (!slot)
    return {
      status: "warning",
      detail: `slot ${name} does not exist; ClickPipes creates it, without the changes before that`,
      fix: create,
    };
  if (slot.plugin === null)
    return {
      detail: `slot ${name} is a physical one`,
      fix: slot.active ? "choose another `replicationSlotName`" : again,
    };
  if (!slot.here)
    return { detail: `slot ${name} belongs to another database`, fix: "choose another `replicationSlotName`" };
  if (slot.plugin !== "pgoutput")
    return { detail: `slot ${name} uses output plugin "${slot.plugin}" instead of pgoutput`, fix: again };
  if (slot.lost) return { detail: `slot ${name} has lost its WAL`, fix: again };
  if (slot.active && slot.reader !== role)
    return { detail: `slot ${name} is read by role "${slot.reader}"`, fix: "stop that subscriber" };
  return undefined;
}

/** With an initial load, ClickPipes creates the slot itself. It fails if the slot already exists. */
function slotInTheWay(slot: SlotFacts | undefined, name: string, role: string): Finding | undefined {
  if (!slot || (slot.active && slot.reader === role)) return undefined;
  return { detail: `slot ${name} already exists, and ClickPipes creates its own`, fix: dropSlot(name) };
}
