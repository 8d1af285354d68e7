/** Roles that users of the same program will make, or have made: a preview need not warn that they are not there yet. */
const announced = new Set<string>();

export function announceRole(name: unknown): void {
  if (typeof name === "string") announced.add(name);
}

export function isAnnounced(name: string): boolean {
  return announced.has(name);
}
