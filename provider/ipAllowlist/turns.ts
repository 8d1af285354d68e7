/** A resource of this run, as far as others of the run must know it. */
export interface Wisher {
  token: string;
  mark: string;
  /** Of the state that this run gives it. */
  edition: string;
  addresses: string[];
  protectedBranchesOnly?: boolean | undefined;
}

/** One edit at a time for each project within this process; others are seen by reading again. */
const turns = new Map<string, Promise<unknown>>();
/** What this run has put in or kept, by project and token: a late delete of a predecessor must leave it. */
const wishedInThisRun = new Map<string, Map<string, Wisher>>();

export function inTurn<T>(projectId: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(projectId) ?? Promise.resolve()).then(work, work);
  turns.set(projectId, turn);
  return turn;
}

export function remember(projectId: string, wisher: Wisher): void {
  wishesFor(projectId).set(wisher.token, wisher);
}

export function forget(projectId: string, token: string): void {
  wishesFor(projectId).delete(token);
}

/** The other resources that wished for something in this run. */
export function othersOf(projectId: string, token: string): Wisher[] {
  return [...wishesFor(projectId).values()].filter((wisher) => wisher.token !== token);
}

export function notWishedBy(others: readonly Wisher[], addresses: string[]): string[] {
  return addresses.filter((address) => !others.some(({ addresses: wished }) => wished.includes(address)));
}

function wishesFor(projectId: string): Map<string, Wisher> {
  const wishes = wishedInThisRun.get(projectId) ?? new Map<string, Wisher>();
  wishedInThisRun.set(projectId, wishes);
  return wishes;
}
