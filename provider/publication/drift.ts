import { madeAgain } from "./losses";
import type { ActualPublication } from "./sql/actual";
import { displayUnsafe, type UnsafeTable } from "./sql/safety";
import type { PublicationState } from "./state";

const MOST_UNSAFE = 20;

/** Whether it is another publication than the state knows, or has lost our mark. */
export function identityDrift(state: PublicationState, actual: ActualPublication, oid: number | null): string[] {
  const { owner } = actual.marked;
  const isUnmarked = owner?.token !== state.token && (owner === undefined || owner.mark === state.mark);
  return [
    ...(oid === null || oid === actual.oid ? [] : [`${madeAgain(state, actual)}: the pipe has to be resynced`]),
    ...(actual.mayAlter && isUnmarked
      ? [`publication "${actual.name}" does not bear this resource's mark in its comment`]
      : []),
  ];
}

export function unsafeDrift(unsafe: UnsafeTable[]): string[] {
  const others = unsafe.length - MOST_UNSAFE;
  return [
    ...unsafe
      .slice(0, MOST_UNSAFE)
      .map((table) => `UPDATE or DELETE fails in the application: ${displayUnsafe(table)}`),
    ...(others > 0 ? [`so it does for ${others} more tables`] : []),
  ];
}

/** While slots exist it is not reported gone: Pulumi would make it again without a word about the changes that are lost. */
export function goneDrift({ name }: PublicationState, slots: string[]): string[] {
  return [
    `publication "${name}" is gone while there is slot ${slots.join(", ")}: once it is made again, the pipe has to be resynced`,
  ];
}
