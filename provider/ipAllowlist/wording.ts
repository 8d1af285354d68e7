export function nameList(projectId: string): string {
  return `the IP Allow list of project ${projectId}`;
}

export function openList(projectId: string): string {
  return `${nameList(projectId)} is empty, so everybody may connect`;
}

/** What `pulumi up` does to an open list. */
export function closesTo(addresses: readonly string[]): string {
  return `closes it to all but ${addresses.join(", ")}`;
}
