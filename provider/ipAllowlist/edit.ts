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

/** The project as it was read last. */
export interface Sight {
  list: AllowedList;
  settings: ProjectSettings;
  /** Whether this edit has written to the list before. */
  hasWritten: boolean;
}

/** Says what we want of the list; nothing to leave it alone; refuses by throwing. */
export type Decide = (sight: Sight) => DesiredList | undefined;

/** What became of an edit: the list as it was found last, or why it failed in the end; and what it did in either case. */
export type Edited = ({ list: AllowedList } | { failure: unknown }) & { edit: Edit };

interface EditOptions {
  /** What is ours already. */
  ours?: Ours;
  /** Is told what will be ours before it is written. */
  note?(ours: Ours): void;
}

/**
 * Reads just before it writes and again at once. Where addresses were put in, once more a moment later, for a writer who
 * had read the old list and wrote it back over ours. Never throws: what was written must be known in any case.
 */
export async function editProjectList(
  context: Context,
  projectId: string,
  decide: Decide,
  { ours, note }: EditOptions = {},
): Promise<Edited> {
  // Else it would happen between our reading and our writing.
  warmUp();
  let edit = beginEdit(ours);
  let sent: Sent | undefined;
  let putsIn = false;
  const change = (settings: ProjectSettings, writes: Writes): ProjectSettings | undefined => {
    const list = toAllowedList(settings);
    edit = recordReading(recordWrite(edit, sent, writes), list.ips);
    sent = undefined;
    const desired = decide({ list, settings, hasWritten: writes.carriedOut > 0 });
    putsIn ||= (desired?.wanted.length ?? 0) > 0;
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
    if (countWrites(edit.writes) === before || !putsIn) return { edit, list: toAllowedList(changed.settings) };
    await sleep(context.run.neonWaits.secondLook);
  }
}

/** What comes back after we took it out is wanted by somebody: to take it out again might cut their pipe. */
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
