/** What the other resources of this run need to know about a resource. */
export interface Member {
  token: string;
  mark: string;
  /** The edition of the state that this run gives it. */
  edition: string;
  addresses: string[];
  protectedBranchesOnly?: boolean;
}

/** What this run has added or kept, by project and token. A late delete of a predecessor must leave it in the list. */
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
