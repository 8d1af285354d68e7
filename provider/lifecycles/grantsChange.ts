import { type Transaction, transaction } from "../clients/transaction";
import { refusal } from "../errors";
import { planGrants, planRevoke } from "../sql/grantsPlan";
import { type HeldRight, type RoleReference, readHeldRights, readMissing, toScope } from "../sql/grantsRead";
import { type Role, readRole, toRole } from "../sql/role";
import { placeOf, readServer, type Server, toServer } from "../sql/server";
import { displayTable } from "../sql/table";
import type { Inputs } from "./arguments";
import { displayMissing, type GrantsInputs, type GrantsState } from "./clickPipesGrants";
import { type Context, freshToken } from "./context";
import { noteOf, notesOf, scopeOf, wishedBy, wishedByOthers, writeNote } from "./grantsNotes";
import { coverageOf, readRights, rightKey, toRights, verified } from "./grantsRights";
import type { Created } from "./lifecycle";

export async function createGrants(context: Context, inputs: Inputs): Promise<Created> {
  const grants = inputs as GrantsInputs;
  const token = freshToken();
  const outputs = await transaction(context.postgres, async (tx) => {
    const seen = await readAll(tx, { oid: null, name: grants.role }, grants, grants);
    context.checkPlace(seen.server);
    const role = existingRole(seen, grants.role);
    complete(seen);
    return granted(context, tx, seen, role, grants, { token, found: foundBefore(seen, role, grants), revoke: [] });
  });
  return { id: grants.role, outputs };
}

export async function updateGrants(context: Context, _id: string, old: Inputs, inputs: Inputs): Promise<Inputs> {
  const state = old as GrantsState;
  const grants = inputs as GrantsInputs;
  const token = state.token ?? freshToken();
  return transaction(context.postgres, async (tx) => {
    const seen = await readAll(tx, { oid: state.roleOid ?? null, name: state.role }, grants, state);
    context.checkPlace(seen.server, state);
    complete(seen);
    const wish = scopeOf(grants);
    const found = new Set(state.found ?? []);
    if (seen.role?.name === grants.role) {
      const others = notesOf(seen.role, placeOf(seen.server)).filter(
        ({ mark }) => mark !== grants.mark && mark !== state.mark,
      );
      const revoke = seen.held.filter(
        (right) => !wishedBy(right, wish) && !found.has(rightKey(right)) && !wishedByOthers(right, others),
      );
      return granted(context, tx, seen, seen.role, grants, { token, found: state.found, revoke, oldMark: state.mark });
    }
    return moved(context, tx, seen, state, grants, token);
  });
}

/** Another role now: taken from the old one and given to the new one in the same transaction. */
async function moved(
  context: Context,
  tx: Transaction,
  seen: Seen,
  state: GrantsState,
  grants: GrantsInputs,
  token: string,
) {
  const place = placeOf(seen.server);
  if (seen.role) {
    const found = new Set(state.found ?? []);
    const others = notesOf(seen.role, place).filter(({ mark }) => mark !== state.mark);
    const revoke = seen.held.filter((right) => !found.has(rightKey(right)) && !wishedByOthers(right, others));
    await tx.run(
      ...planRevoke(seen.role.name, place.database, revoke),
      ...writeNote(seen.role, place, state.mark, undefined),
    );
  }
  const next = await readAll(tx, { oid: null, name: grants.role }, grants, grants);
  const role = existingRole(next, grants.role);
  return granted(context, tx, next, role, grants, { token, found: foundBefore(next, role, grants), revoke: [] });
}

interface Seen {
  server: Server;
  role: Role | undefined;
  missing: string[];
  rights: ReturnType<typeof toRights>;
  /** What the role holds within `heldScope`. */
  held: HeldRight[];
}

async function readAll(
  tx: Transaction,
  role: RoleReference,
  grants: GrantsInputs,
  heldScope: GrantsInputs,
): Promise<Seen> {
  const [server, found, missing, held, ...rights] = await tx.run(
    readServer,
    readRole(role.oid, role.name),
    readMissing(toScope(grants)),
    readHeldRights(tx.version, role, toScope(heldScope)),
    ...readRights(tx.version, role, grants),
  );
  const { database } = toServer(server?.rows[0] ?? {});
  return {
    server: toServer(server?.rows[0] ?? {}),
    role: toRole(found?.rows[0]),
    missing: displayMissing(missing?.rows ?? []),
    rights: toRights(rights, database),
    held: (held?.rows ?? []) as unknown as HeldRight[],
  };
}

function existingRole({ role, server }: Seen, name: string): Role {
  if (role) return role;
  throw refusal(
    "noSuchRole",
    `role "${name}" does not exist on the server of database "${server.database}": make it first, or correct \`role\``,
  );
}

function complete({ missing, rights, server }: Seen): void {
  const columns = rights.tables.flatMap((table) =>
    (table.unknownColumns ?? []).map((column) => `column ${column} of ${displayTable(table)}`),
  );
  const lacking = [...missing, ...columns];
  if (lacking.length === 0) return;
  throw refusal(
    "notThere",
    `not in database "${server.database}": ${lacking.join(", ")}. Create it first, or take it out of the list; nothing was granted.`,
  );
}

/** What the role held before us stays when we go; what other grants of ours gave it does not count. */
function foundBefore({ held, server }: Seen, role: Role, grants: GrantsInputs): string[] {
  const notes = notesOf(role, placeOf(server));
  const own = notes.find(({ mark }) => mark === grants.mark);
  if (own && !own.found) return [];
  const others = notes.filter(({ mark }) => mark !== grants.mark);
  return held.filter((right) => !wishedByOthers(right, others)).map(rightKey);
}

interface Change {
  token: string;
  found: string[] | undefined;
  revoke: HeldRight[];
  oldMark?: string;
}

async function granted(
  context: Context,
  tx: Transaction,
  seen: Seen,
  role: Role,
  grants: GrantsInputs,
  change: Change,
) {
  const place = placeOf(seen.server);
  const { token, found = [], revoke, oldMark } = change;
  const unnoted =
    oldMark !== undefined && oldMark !== grants.mark
      ? { ...role, marked: withoutNote(role, place.database, oldMark) }
      : role;
  const answers = await tx.commit(
    ...planRevoke(role.name, place.database, revoke),
    ...planGrants(role.name, seen.rights).statements,
    ...writeNote(unnoted, place, grants.mark, noteOf(grants, place, token, found.length > 0)),
    ...readRights(tx.version, { oid: role.oid, name: role.name }, grants),
  );
  const after = toRights(answers.slice(-4), place.database);
  const plan = verified(role.name, after);
  for (const { kind, object, reason, fix } of plan.uncovered)
    context.warn(`${kind} ${object} is not covered: ${reason}. Run as an admin: ${fix};`);
  return { roleOid: role.oid, target: place, token, found, ...coverageOf(after, plan), uncovered: plan.uncovered };
}

function withoutNote(role: Role, database: string, mark: string): Role["marked"] {
  return {
    ...role.marked,
    grants: role.marked.grants.filter((note) => note.database !== database || note.mark !== mark),
  };
}
