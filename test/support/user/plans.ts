import { type Marked, type Ownership, parseComment } from "../../../provider/postgres/sql/mark";
import type { Role } from "../../../provider/postgres/sql/role";
import type { Server } from "../../../provider/postgres/sql/server";
import type { Statement } from "../../../provider/postgres/sql/statement";

export const MARK = "organization/app/dev/ClickPipesUser/user";
export const STRONG = "Grand-Ocean7_tulip!Quartz42";

const ROLE: Omit<Role, "marked"> = {
  oid: 16400,
  name: "reader",
  canLogin: true,
  replication: true,
  superuser: false,
  bypassRls: false,
  createRole: false,
  createDb: false,
  connectionLimit: -1,
  validUntil: null,
  text: null,
  privilegedThrough: [],
  mayAlter: true,
  mayComment: true,
};

/** A role with LOGIN and REPLICATION that the admin may alter, apart from `changes`. */
export function aRole(changes: Partial<Omit<Role, "marked">> = {}): Role {
  const role = { ...ROLE, ...changes };
  return { ...role, marked: parseComment(role.text) };
}

/** The comment that carries this marker. */
export function marker(owner: Ownership, grants: Marked["grants"] = []): string {
  return `pulumi-neon-clickpipes: ${JSON.stringify({ owner, ...(grants.length > 0 && { grants }) })}`;
}

/** Neon's owner role on this version of Postgres: CREATEROLE and REPLICATION, but no SUPERUSER. */
export function neonAdmin(version: number, changes: Partial<Server> = {}): Server {
  return {
    version,
    database: "app",
    systemIdentifier: "7000000000000000001",
    inRecovery: false,
    user: "neondb_owner",
    login: "neondb_owner",
    superuser: false,
    createRole: true,
    replication: true,
    mayCreate: true,
    privilegedRole: "neon_superuser",
    memberOfPrivilegedRole: true,
    ...changes,
  };
}

/**
 * One line for each statement. A password and a comment take several statements, which only mean something together: they
 * become one line, and throw if one of them is missing.
 */
export function summarize(statements: readonly Statement[]): string[] {
  const lines: string[] = [];
  const rest = [...statements];
  const next = (expected: string) => {
    const { text } = rest.shift() ?? { text: "nothing" };
    if (!text.includes(expected)) throw new Error(`expected "${expected}", found: ${text}`);
  };
  for (let one = rest.shift(); one !== undefined; one = rest.shift()) {
    const [first, second, third, fourth] = one.values ?? [];
    if (one.text.includes("'clickpipes.password', $2")) {
      next("alter role %I password %L");
      next("set_config('clickpipes.password', '', true)");
      lines.push(`password of ${first}: ${second}`);
    } else if (one.text.includes("'clickpipes.comment', $4")) {
      next("comment on role %I is %L");
      lines.push(`comment on ${second}: ${third || "none"} -> ${fourth || "none"}`);
    } else lines.push(one.text.trim());
  }
  return lines;
}
