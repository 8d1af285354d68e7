import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import type { TestDatabase } from "../postgres/database";
import { session } from "../postgres/session";
import type { HostileSetting, Where } from "./settings";

/** Where the provider finds itself. */
export interface Surroundings {
  uri: string;
  environment: Record<string, string>;
  /** What is set for the ClickPipes user's role, once there is one. */
  reader: HostileSetting[];
}

/** Nobody has set anything. */
export const PLAIN: Omit<Surroundings, "uri"> = { environment: {}, reader: [] };

/**
 * Every new session has them from now on; the ones that are open stay as they are. What is meant for the ClickPipes user waits
 * for its role, unless one is named.
 */
export async function impose(
  db: TestDatabase,
  uri: string,
  settings: HostileSetting[],
  reader?: string,
): Promise<Surroundings> {
  const of = (where: Where) => settings.filter((setting) => setting.where === where);
  for (const setting of of("role")) await db.query(alter("role", db.user, setting));
  for (const setting of of("database")) await db.query(alter("database", db.database, setting));
  if (reader !== undefined) for (const setting of of("reader")) await db.query(alter("role", reader, setting));
  const changed = new URL(uri);
  if (of("uri").length > 0) changed.searchParams.set("options", options(of("uri")));
  const environment = Object.fromEntries(of("variable").map(({ name, value }) => [name, value]));
  if (of("environment").length > 0) environment.PGOPTIONS = options(of("environment"));
  return { uri: changed.toString(), environment, reader: of("reader") };
}

export async function lift(db: TestDatabase, reader = db.user): Promise<void> {
  for (const role of new Set([db.user, reader])) await db.query(`alter role ${escapeIdentifier(role)} reset all`);
  await db.query(`alter database ${escapeIdentifier(db.database)} reset all`);
}

export function alter(kind: "role" | "database", of: string, { name, value }: HostileSetting): string {
  // The one setting that is a list of quoted names.
  const parts = name === "search_path" ? value.split(", ") : [value];
  const quotedName = name.split(".").map(escapeIdentifier).join(".");
  return `alter ${kind} ${escapeIdentifier(of)} set ${quotedName} = ${parts.map(escapeLiteral).join(", ")}`;
}

function options(settings: HostileSetting[]): string {
  return settings.map(({ name, value }) => `-c ${name}=${value.replace(/[\\ ]/g, "\\$&")}`).join(" ");
}

export async function within<T>(environment: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(environment)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

/** A session of somebody who does nothing against them. */
export function sessionThere({ uri, environment }: Surroundings): Promise<Client> {
  return within(environment, () => session(uri));
}

/** What such a session sees: the value, what it makes of an answer, or how it fails. */
export async function seenThere(surroundings: Surroundings, name: string, seconds = 0): Promise<string> {
  try {
    const client = await sessionThere(surroundings);
    const text = `select pg_catalog.current_setting($1, true) as value, pg_catalog.pg_sleep(${seconds})`;
    const { rows } = await client.query(text, [name]).finally(() => client.end().catch(() => {}));
    return JSON.stringify(rows);
  } catch (error) {
    return `failed: ${(error as Error).message}`;
  }
}
