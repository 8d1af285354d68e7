import type { Role } from "../../postgres/sql/role";
import { identifier } from "../../postgres/sql/statement";

export interface Privilege {
  found: string;
  /** The statement that takes it away. */
  fix: string;
}

/** The attributes and memberships that ClickPipes does not need, each with the statement that takes it away. */
export function privilegesOf(role: Role, privilegedRole: string | undefined): Privilege[] {
  const name = identifier(role.name);
  return [
    ...(role.superuser ? [{ found: "SUPERUSER", fix: `ALTER ROLE ${name} NOSUPERUSER` }] : []),
    ...(role.bypassRls ? [{ found: "BYPASSRLS", fix: `ALTER ROLE ${name} NOBYPASSRLS` }] : []),
    ...(role.createRole ? [{ found: "CREATEROLE", fix: `ALTER ROLE ${name} NOCREATEROLE` }] : []),
    ...(role.createDb ? [{ found: "CREATEDB", fix: `ALTER ROLE ${name} NOCREATEDB` }] : []),
    ...role.privilegedThrough.map((through) => ({
      found: `membership in ${through}${through === privilegedRole ? "" : ` (and through it in ${privilegedRole})`}`,
      fix: `REVOKE ${identifier(through)} FROM ${name}`,
    })),
  ];
}
