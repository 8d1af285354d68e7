/** A resource of this run, as far as others of the run must know it. */
export interface Member {
  token: string;
  mark: string;
  /** Of the state that this run gives it. */
  edition: string;
  addresses: string[];
  protectedBranchesOnly?: boolean;
}

/** What this run has put in or kept, by project and token: a late delete of a predecessor must leave it. */
export class RunRegistry {
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #members = new Map<string, Map<string, Member>>();

  /** One edit at a time for each project within this run; writers elsewhere are seen by reading again. */
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

  /** The other resources of this run on the project. */
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
