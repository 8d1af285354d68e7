import { refusal } from "../errors";
import type { Context } from "../lifecycle/context";
import type { Answer } from "../postgres/session";
import { type Role, type RoleReference, readRole, toRole } from "../postgres/sql/role";
import { readServer, type Server, toServer } from "../postgres/sql/server";
import type { Statement } from "../postgres/sql/statement";
import { displayIdentifier, displayTable } from "../postgres/sql/table";
import type { Transaction } from "../postgres/transaction";
import { type HeldRight, readHeldRights } from "./sql/held";
import { parseObjects } from "./sql/objects";
import { readDatabaseRight, readDefaultRights, readSchemas, readTableRights } from "./sql/read";
import type { ActualRights } from "./sql/rights";
import { allScopes, type MissingName, type NamedObject, readMissing, type ScopeInputs, toScope } from "./sql/scope";
import type { GrantsState } from "./state";

/** The role of a state; its name may have changed since. */
export function referenceTo(context: Context, state: GrantsState): RoleReference {
  return { oid: context.oidOf(state.roleOid), name: state.role };
}

/** What the names of the scope meant when it was granted; in a database that was moved that may be other objects. */
export function knownOf(context: Context, { objects }: GrantsState): NamedObject[] {
  return context.settings.acceptMovedDatabase || typeof objects !== "string" ? [] : parseObjects(objects);
}

/** How the wish stands, to be sent in one round trip; `toRights` takes the four answers. */
export function readRights(version: number, role: RoleReference, inputs: ScopeInputs): Statement[] {
  const scope = toScope(inputs);
  return [
    readDatabaseRight(version, role, scope),
    readSchemas(version, role, scope),
    readTableRights(version, role, scope),
    readDefaultRights(version, role, scope),
  ];
}

export function toRights(answers: Answer[], database: string): ActualRights {
  const [databaseRight, schemas, tables, defaults] = answers.map(({ rows }) => rows);
  return { database, databaseRight: databaseRight?.[0], schemas, tables, defaults } as unknown as ActualRights;
}

export interface Seen {
  server: Server;
  role: Role | undefined;
  missing: string[];
  rights: ActualRights;
  held: HeldRight[];
}

/** All that a change needs, in one round trip; `held` within these scopes, and of what is known by its OID. */
export async function readAll(
  tx: Transaction,
  role: RoleReference,
  wish: ScopeInputs,
  scopes: ScopeInputs[],
  known: NamedObject[] = [],
): Promise<Seen> {
  const [serverAnswer, roleAnswer, missing, held, ...rights] = await tx.run(
    readServer,
    readRole(role),
    readMissing(wish),
    readHeldRights(tx.version, role, { ...toScope(allScopes(scopes)), known }),
    ...readRights(tx.version, role, wish),
  );
  const server = toServer(serverAnswer?.rows[0] ?? {});
  return {
    server,
    role: toRole(roleAnswer?.rows[0]),
    missing: displayMissing((missing?.rows ?? []) as unknown as MissingName[]),
    rights: toRights(rights, server.database),
    held: (held?.rows ?? []) as unknown as HeldRight[],
  };
}

export function displayMissing(names: MissingName[]): string[] {
  return names.map(({ kind, schema, table, name }) => {
    if (schema === null || table === null) return `${kind} ${displayIdentifier(name)}`;
    const of = displayTable({ schema, name: table });
    return kind === "table" ? `table ${of}` : `column ${displayIdentifier(name)} of ${of}`;
  });
}

export function existingRole({ role, server }: Seen, name: string): Role {
  if (role) return role;
  throw refusal(
    "noSuchRole",
    `role "${name}" does not exist on the server of database "${server.database}": make it first, or correct \`role\``,
  );
}

/** Refuses a wish for what is not there, before anything is granted. */
export function complete({ missing, server }: Seen): void {
  if (missing.length === 0) return;
  throw refusal(
    "notThere",
    `not in database "${server.database}": ${missing.join(", ")}. Create it first, or take it out of the list; nothing was granted.`,
  );
}
