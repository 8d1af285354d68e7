export function nameList(projectId: string): string {
  return `the IP Allow list of project ${projectId}`;
}

export function openList(projectId: string): string {
  return `${nameList(projectId)} is empty, so anyone can connect`;
}

export function emptiedList(projectId: string): string {
  return `${nameList(projectId)} was emptied, so the project is open to the world`;
}

export const STAYS_OPEN = 'It stays open, because `whenOpen` is "leaveOpen".';

/** For as long as it stays open, a refresh and an update say so. */
export function staysEmptied(projectId: string): string {
  return [
    `${emptiedList(projectId)}.`,
    STAYS_OPEN,
    'Fill it in Neon, with the addresses of your applications, and run `pulumi refresh` and `pulumi up`. Or set `whenOpen: "restrict"`.',
  ].join("\n");
}

/** A killed create of an earlier version noted these, without its component. So no resource may remove them. */
export function unclaimedEntries(projectId: string, entries: readonly string[]): string {
  return [
    `an interrupted run of an earlier version may have added ${entries.join(", ")} to ${nameList(projectId)}.`,
    "Two resources of this program have the name that it noted, so neither removes these entries when it is deleted.",
    "If nothing else uses them, remove them in Neon after you have destroyed both.",
  ].join("\n");
}

/** What `pulumi up` does to an open list. */
export function restrictsTo(addresses: readonly string[]): string {
  return `\`pulumi up\` restricts it to ${addresses.join(", ")}`;
}

/** The sentences of a refusal, which a refresh reports as one drift sentence. */
export function blockedConnections(projectId: string): [string, ...string[]] {
  return [
    `project ${projectId} blocks public connections, so ClickPipes cannot reach it.`,
    "Addresses in the IP Allow list do not change that.",
    "Allow public connections in the project's settings, or remove the IpAllowlist and use a private connection.",
  ];
}
