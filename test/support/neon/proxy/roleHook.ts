import type { PostgresServer } from "../../postgres/servers";
import { asSuperuser } from "../../postgres/superuser";
import { passwordProblem } from "./passwordEntropy";
import { verifies } from "./scramVerifier";

const MINIMUM_BITS = 60;
const PRE_HASHED = "Neon only supports being given plaintext passwords";

const FUNCTION = "pg_catalog.local_neon_changed_passwords";

/** Asked in the client's own session: the roles whose row the open transaction wrote. */
export const CHANGED_PASSWORDS = `select id, name, verifier from ${FUNCTION}()`;

export interface ChangedPassword {
  id: string;
  name: string;
  verifier: string;
}

/**
 * Every role may ask, but each sees only what its own open transaction wrote: such a row is visible to nobody else, and
 * its transaction, which may be a subtransaction of ours, is still in progress.
 */
const CREATE_FUNCTION = `
  create function ${FUNCTION}() returns table (id text, name text, verifier text)
  language sql stable security definer set search_path = pg_catalog
  as $$ select oid::text, rolname::text, rolpassword from pg_authid
         where rolpassword is not null and pg_xact_status(xmin::text::xid8) = 'in progress' $$`;

/** Databases made later get the function from template1. */
export async function installRoleHook(server: PostgresServer): Promise<void> {
  for (const database of ["template1", "postgres"]) {
    await asSuperuser(server, database, ["set allow_system_table_mods = on", CREATE_FUNCTION]);
  }
}

/** Why Neon's control plane refuses the changed passwords, given all that the client sent; undefined if it does not. */
export async function passwordRefusal(
  server: PostgresServer,
  changed: readonly ChangedPassword[],
  candidates: ReadonlySet<string>,
): Promise<string | undefined> {
  for (const { name, verifier } of await newPasswords(server, changed)) {
    const password = await plaintext(name, verifier, candidates);
    const problem = password === undefined ? PRE_HASHED : passwordProblem(password, MINIMUM_BITS);
    if (problem === undefined) continue;
    return `Received HTTP code 400 from control plane: ${JSON.stringify({ error: problem })}`;
  }
  return undefined;
}

// A row is written anew by any change of the role; only another verifier is another password.
async function newPasswords(server: PostgresServer, changed: readonly ChangedPassword[]): Promise<ChangedPassword[]> {
  if (changed.length === 0) return [];
  const committed = await asSuperuser<{ id: string; verifier: string | null }>(server, "postgres", [
    "select oid::text as id, rolpassword as verifier from pg_authid",
  ]);
  const known = new Map(committed.map(({ id, verifier }) => [id, verifier]));
  return changed.filter(({ id, verifier }) => known.get(id) !== verifier);
}

async function plaintext(role: string, verifier: string, candidates: Iterable<string>): Promise<string | undefined> {
  for (const candidate of candidates) if (await verifies(verifier, role, candidate)) return candidate;
  return undefined;
}
