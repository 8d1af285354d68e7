/** One edit at a time for each project within this process; others are seen by reading again. */
const turns = new Map<string, Promise<unknown>>();
/** Whose addresses this run has put in or kept, by project: a late delete of a predecessor must leave them. */
const wishedInThisRun = new Map<string, Map<string, string[]>>();

export function inTurn<T>(projectId: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(projectId) ?? Promise.resolve()).then(work, work);
  turns.set(projectId, turn);
  return turn;
}

export function remember(projectId: string, token: string, addresses: string[]): void {
  wishesFor(projectId).set(token, addresses);
}

export function forget(projectId: string, token: string): void {
  wishesFor(projectId).delete(token);
}

/** Without what another resource has wished for in this run. */
export function notWishedByOthers(projectId: string, token: string, addresses: string[]): string[] {
  const others = [...wishesFor(projectId)].flatMap(([wisher, wished]) => (wisher === token ? [] : wished));
  return addresses.filter((address) => !others.includes(address));
}

function wishesFor(projectId: string): Map<string, string[]> {
  const wishes = wishedInThisRun.get(projectId) ?? new Map<string, string[]>();
  wishedInThisRun.set(projectId, wishes);
  return wishes;
}
