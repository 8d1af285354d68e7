import type { Role } from "../../postgres/sql/role";
import { identifier, literal, type Statement, statement } from "../../postgres/sql/statement";

/** What the program asks for. A value that is absent is left unchanged. */
export interface DesiredRole {
  name: string;
  connectionLimit?: number;
  validUntil?: string;
}

/** Sends only what differs: Postgres requires the right to set an attribute even if its value stays the same. */
export function planRole(desired: DesiredRole, actual: Role): Statement[] {
  const changes: string[] = [];
  if (!actual.canLogin) changes.push("login");
  if (!actual.replication) changes.push("replication");
  const differing = {
    ...(desired.validUntil === undefined && hasExpired(actual) && { validUntil: "infinity" }),
    ...(desired.connectionLimit !== actual.connectionLimit && { connectionLimit: desired.connectionLimit }),
    ...(!sameInstant(desired.validUntil, actual.validUntil) && { validUntil: desired.validUntil }),
  };
  return [...renameRole(actual.name, desired.name), ...alterRole(desired.name, [...changes, ...limits(differing)])];
}

export function renameRole(from: string, to: string): Statement[] {
  return from === to ? [] : [statement(`alter role ${identifier(from)} rename to ${identifier(to)}`)];
}

export function alterRole(name: string, changes: string[]): Statement[] {
  return changes.length === 0 ? [] : [statement(`alter role ${identifier(name)} ${changes.join(" ")}`)];
}

export function limits({ connectionLimit, validUntil }: Omit<DesiredRole, "name">): string[] {
  return [
    ...(connectionLimit === undefined ? [] : [`connection limit ${connectionLimit}`]),
    ...(validUntil === undefined ? [] : [`valid until ${literal(validUntil)}`]),
  ];
}

export function sameInstant(a: string | undefined, b: string | null): boolean {
  if (a === undefined) return true;
  if (b === null || a === "infinity" || b === "infinity") return a === (b ?? "infinity");
  return Date.parse(a) === Date.parse(b);
}

/** Whether the role has expired. Postgres then refuses every password for it. */
export function hasExpired({ validUntil }: Pick<Role, "validUntil">): boolean {
  if (validUntil === null || validUntil === "infinity") return false;
  return validUntil === "-infinity" || Date.parse(validUntil) < Date.now();
}
