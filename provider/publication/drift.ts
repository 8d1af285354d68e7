import { ownershipDrift } from "../ownership/sentences";
import type { Whose } from "../ownership/whose";
import type { Place } from "../postgres/sql/place";
import { describeMove, describeRecreation, hasMoved } from "./losses";
import type { ActualPublication } from "./sql/actual";
import { displayUnsafe, type UnsafeTable } from "./sql/safety";
import type { PublicationState } from "./state";

const MOST_UNSAFE = 20;

/** Tells whether this is another publication than the one in the state, or no longer this resource's. */
export function identityDrift(
  state: PublicationState,
  actual: ActualPublication,
  oid: number | null,
  found: Whose,
  here: Place,
): string[] {
  const { name, mayAlter } = actual;
  // After `.get()` there is no token, and so nothing to compare.
  const isOwned = state.token !== undefined && mayAlter;
  return [
    ...(hasMoved(state, here) ? [`${describeMove(state)}; resync every ClickPipe that reads it`] : []),
    ...(oid === null || oid === actual.oid ? [] : [`${describeRecreation(state, actual, found)}; resync the pipe`]),
    ...(isOwned ? ownershipDrift({ kind: "publication", name }, found) : []),
  ];
}

export function unsafeDrift(unsafe: UnsafeTable[]): string[] {
  const others = unsafe.length - MOST_UNSAFE;
  return [
    ...unsafe
      .slice(0, MOST_UNSAFE)
      .map((table) => `UPDATE or DELETE fails in the application: ${displayUnsafe(table)}`),
    ...(others > 0 ? [`UPDATE or DELETE fails in the application for tables not listed here: ${others}`] : []),
  ];
}

/** While slots exist, the publication is not reported as gone: Pulumi would recreate it without a word about the lost changes. */
export function goneDrift({ name }: PublicationState, slots: string[]): string[] {
  return [
    `publication "${name}" is gone, and these slots still exist: ${slots.join(", ")}; resync the pipe once the publication is recreated`,
  ];
}
