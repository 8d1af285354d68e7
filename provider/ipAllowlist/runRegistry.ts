import type { AllowlistInputs } from "./state";

/** What the other resources of this run need to know about a resource. */
export interface Member {
  token: string;
  /** The edition of its state, or of the one that this run will save. Undefined in a state of an earlier version. */
  edition: string | undefined;
  addresses: string[];
  protectedBranchesOnly?: boolean;
}

export function memberOf(desired: AllowlistInputs, token: string, edition: string | undefined): Member {
  const { addresses, protectedBranchesOnly } = desired;
  return { token, edition, addresses, protectedBranchesOnly };
}

/**
 * What the resources of the program desire, by project and token. A late delete of a predecessor, or the delete of a resource that
 * the program no longer has, must leave it in the list.
 */
export class RunRegistry {
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #members = new Map<string, Map<string, Member>>();

  /** Lets one edit at a time run for each project of this run. Writers elsewhere are noticed by reading again. */
  takeTurn<T>(projectId: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(projectId) ?? Promise.resolve()).then(work, work);
    this.#turns.set(projectId, turn);
    return turn;
  }

  remember(projectId: string, member: Member): void {
    this.#membersOf(projectId).set(member.token, member);
  }

  forget(projectId: string, token: string | undefined): void {
    if (token !== undefined) this.#membersOf(projectId).delete(token);
  }

  has(projectId: string, token: string | undefined): boolean {
    return token !== undefined && this.#membersOf(projectId).has(token);
  }

  /** The other resources of this run in the same project. */
  othersOf(projectId: string, token: string | undefined): Member[] {
    return [...this.#membersOf(projectId).values()].filter((member) => member.token !== token);
  }

  #membersOf(projectId: string): Map<string, Member> {
    const members = this.#members.get(projectId) ?? new Map<string, Member>();
    this.#members.set(projectId, members);
    return members;
  }
}

export function notDesiredBy(others: readonly Member[], addresses: readonly string[]): string[] {
  return addresses.filter((address) => !others.some(({ addresses: desired }) => desired.includes(address)));
}

export function protectsForOthers(others: readonly Member[]): boolean {
  return others.some(({ protectedBranchesOnly }) => protectedBranchesOnly !== undefined);
}
