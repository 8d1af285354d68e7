import type { Role } from "../../postgres/sql/role";
import { identifier } from "../../postgres/sql/statement";

export interface Privilege {
  found: string;
  /** Takes it away. */
  fix: string;
}

/** Attributes that make the role more than a reader; each can be taken away by the statement beside it. */
export function privilegesOf(role: Role, privilegedRole: string | undefined): Privilege[] {
  const name = identifier(role.name);
  return [
    ...(role.superuser ? [{ found: "SUPERUSER", fix: `ALTER ROLE ${name} NOSUPERUSER` }] : []),
    ...(role.bypassRls ? [{ found: "BYPASSRLS", fix: `ALTER ROLE ${name} NOBYPASSRLS` }] : []),
    ...(role.createRole ? [{ found: "CREATEROLE", fix: `ALTER ROLE ${name} NOCREATEROLE` }] : []),
    ...(role.createDb ? [{ found: "CREATEDB", fix: `ALTER ROLE ${name} NOCREATEDB` }] : []),
    ...role.privilegedThrough.map((through) => ({
      found: `membership in ${through}${through === privilegedRole ? "" : `, which is as good as ${privilegedRole}`}`,
      fix: `REVOKE ${identifier(through)} FROM ${name}`,
    })),
  ];
}
