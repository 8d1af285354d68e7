import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../lifecycle/context";
import type { ProjectSettings } from "../neon/project";
import type { Writes } from "../neon/settingsChange";
import { warmUp } from "./addresses/entry";
import { type AllowedList, type DesiredList, type ListPlan, planList } from "./addresses/plan";
import { beginEdit, countWrites, type Edit, oursAfter, recordReading, recordWrite, type Sent } from "./editRecord";
import type { Ours } from "./ours";
import { allowlistRefused, listContested } from "./refusals";

const MOST_WRITES = 6;

/** The project as last read. */
export interface Sight {
  list: AllowedList;
  settings: ProjectSettings;
  /** Whether Neon has carried out a write of this edit. */
  hasWritten: boolean;
}

/** Returns what the list should become, or undefined to leave it alone. Throws to refuse. */
export type Decide = (sight: Sight) => DesiredList | undefined;

/** The outcome of an edit: the list as last read, or why it failed in the end. Either way, with what it did. */
export type Edited = ({ list: AllowedList } | { failure: unknown }) & { edit: Edit };

interface EditOptions {
  /** What belongs to this resource already. */
  ours?: Ours;
  /** Called before each write, with what will belong to this resource after it. */
  note?(ours: Ours): void;
}

/**
 * Reads the list just before it writes, and again right after. If it added addresses, it reads once more a moment later, in case
 * another user had read the old list and wrote it back. Never throws, since the caller has to know what was written.
 */
export async function editProjectList(
  context: Context,
  projectId: string,
  decide: Decide,
  { ours, note }: EditOptions = {},
): Promise<Edited> {
  // Otherwise it would happen between the read and the write.
  warmUp();
  let edit = beginEdit(ours);
  let sent: Sent | undefined;
  let isAdding = false;
  const change = (settings: ProjectSettings, writes: Writes): ProjectSettings | undefined => {
    const list = toAllowedList(settings);
    edit = recordReading(recordWrite(edit, sent, writes), list.ips);
    sent = undefined;
    const desired = decide({ list, settings, hasWritten: writes.carriedOut > 0 });
    isAdding ||= (desired?.wanted.length ?? 0) > 0;
    const plan = desired && planWrite(list, desired, writes);
    if (!plan) return undefined;
    if (writes.carriedOut >= MOST_WRITES) throw listContested(projectId, changesOf(plan, list));
    sent = { plan, found: list };
    note?.(oursAfter(edit, sent));
    return toSettings(plan.list);
  };
  for (;;) {
    const before = countWrites(edit.writes);
    const changed = await context.neon.changeSettings(projectId, change, edit.writes);
    edit = recordWrite(edit, sent, changed.writes);
    if ("failure" in changed) return { edit, failure: allowlistRefused(projectId, changed.failure) };
    if (countWrites(edit.writes) === before || !isAdding) return { edit, list: toAllowedList(changed.settings) };
    await sleep(context.run.neonWaits.secondLook);
  }
}

/** If an entry comes back after this edit removed it, another user needs it: removing it again might cut that user's pipe. */
function planWrite(found: AllowedList, desired: DesiredList, { carriedOut }: Writes): ListPlan | undefined {
  return planList(found, carriedOut > 0 ? { ...desired, unwanted: [] } : desired);
}

function changesOf({ list, added, removed }: ListPlan, { protectedOnly }: AllowedList): string[] {
  const protection =
    list.protectedOnly === protectedOnly ? [] : [`protected_branches_only = ${list.protectedOnly ?? false}`];
  return [...added, ...removed, ...protection];
}

export function toAllowedList({ allowed_ips: list }: ProjectSettings): AllowedList {
  return { ips: list?.ips ?? [], protectedOnly: list?.protected_branches_only };
}

function toSettings({ ips, protectedOnly }: AllowedList): ProjectSettings {
  return { allowed_ips: { ips, ...(protectedOnly !== undefined && { protected_branches_only: protectedOnly }) } };
}
