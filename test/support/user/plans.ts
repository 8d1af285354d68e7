import { type Asker, type Whose, whose } from "../../../provider/ownership/whose";
import { type Identity, type Marked, type Ownership, parseComment } from "../../../provider/postgres/sql/mark";
import type { Place } from "../../../provider/postgres/sql/place";
import type { Role } from "../../../provider/postgres/sql/role";
import type { Server } from "../../../provider/postgres/sql/server";
import type { Statement } from "../../../provider/postgres/sql/statement";

export const MARK = "organization/app/dev/ClickPipesUser/user";
export const IDENTITY: Identity = { mark: MARK, path: "acme:index:Orders$clickpipes:index:ClickPipesSource" };
export const STRONG = "Grand-Ocean7_tulip!Quartz42";

export const PLACE: Place = { database: "app", systemIdentifier: "7000000000000000001" };
const HERE: Asker["here"] = { systemIdentifier: PLACE.systemIdentifier };

const ROLE: Omit<Role, "marked" | "fingerprint"> = {
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
  const fingerprint = role.text === null ? null : `of ${role.text}`;
  return { fingerprint, ...role, marked: parseComment(role.text) };
}

/** The marker that this version writes for the resource. */
export function ownMarker(token: string, more: Partial<Ownership> = {}): Ownership {
  const { adopted, ...rest } = more;
  return { ...IDENTITY, token, place: PLACE, ...rest, ...(adopted && { adopted }) };
}

/** Whose role it is to the resource. `state`: what its state holds, if it has one. */
export function whoseTo(role: Role, state?: Asker["state"]): Whose {
  return whose(role, { identities: [IDENTITY], here: HERE, ...(state && { state }) });
}

/** The comment that carries this marker. */
export function marker(owner: Ownership, grants: Marked["grants"] = []): string {
  return `pulumi-neon-clickpipes: ${JSON.stringify({ owner, ...(grants.length > 0 && { grants }) })}`;
}

/** Neon's owner role on this version of Postgres: CREATEROLE and REPLICATION, but no SUPERUSER. */
export function neonAdmin(version: number, changes: Partial<Server> = {}): Server {
  return {
    version,
    ...PLACE,
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
    const values = (one.values ?? []).map(String);
    if (one.text.includes("'clickpipes.password', $2")) {
      next("alter role %I password %L");
      next("set_config('clickpipes.password', '', true)");
      lines.push(`password of ${values[0]}: ${values[1]}`);
    } else if (one.text.includes("'clickpipes.removed', $5")) {
      next("comment on role %I is %L");
      lines.push(summarizeComment(values));
    } else lines.push(one.text.trim());
  }
  return lines;
}

/** The markers that are removed and added, or the whole new text in place of the user's own comment. */
function summarizeComment([_oid, role, _found, own, removed = "[]", added]: string[]): string {
  if (own === "replaced") return `comment on ${role} as a whole: ${added || "none"}`;
  const markers = JSON.parse(removed) as string[];
  return `comment on ${role}: ${markers.join(" and ") || "none"} -> ${added || "none"}`;
}
