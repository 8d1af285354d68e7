import { type LoginAnswer, provePassword, tryLogin } from "../clients/login";
import { type Transaction, transaction } from "../clients/transaction";
import { notOurs, refusal, unfinished } from "../errors";
import { formatComment, type Ownership, sameStack } from "../sql/mark";
import {
  commentOnRole,
  createRole,
  planRole,
  privilegesOf,
  type Role,
  readRole,
  setPassword,
  toRole,
} from "../sql/role";
import { placeOf, readServer, type Server, toServer } from "../sql/server";
import { identifier, literal, statement } from "../sql/statement";
import type { Inputs } from "./arguments";
import type { UserInputs, UserOutputs } from "./clickPipesUser";
import { type Context, freshToken } from "./context";
import type { Created } from "./lifecycle";
import { generatePassword, LEAST_BITS, passwordBits } from "./password";

export async function createUser(context: Context, inputs: Inputs): Promise<Created> {
  const user = inputs as UserInputs;
  // Made once: where the transaction has to be repeated, the repetition must mean the same role.
  const fresh = { token: freshToken(), password: user.password ?? generatePassword() };
  const accepted = user.adopt ? await acceptedPassword(context, user) : undefined;
  const outputs = await transaction(context.postgres, async (tx) => {
    const { server, role } = await readBoth(tx, user.name);
    context.checkPlace(server);
    if (!role) return newUser(tx, server, user, fresh);
    const owner = role.marked.owner;
    if (owner?.mark === user.mark && !owner.adopted) return resumedUser(tx, server, role, user, fresh);
    if (!user.adopt) {
      throw notOurs({
        kind: "role",
        name: user.name,
        mark: owner?.mark,
        sameStack: sameStack(owner?.mark ?? "", user.mark),
      });
    }
    return adoptedUser(tx, server, role, user, { ...fresh, accepted });
  });
  if (accepted === undefined || outputs.generated || outputs.password !== user.password)
    await prove(context, user.name, outputs);
  return { id: user.name, outputs };
}

export async function readBoth(
  tx: Transaction,
  name: string,
  oid: number | null = null,
): Promise<{ server: Server; role: Role | undefined }> {
  const [serverAnswer, roleAnswer] = await tx.run(readServer, readRole(oid, name));
  return { server: toServer(serverAnswer?.rows[0] ?? {}), role: toRole(roleAnswer?.rows[0]) };
}

type Fresh = { token: string; password: string };

async function newUser(tx: Transaction, server: Server, user: UserInputs, fresh: Fresh): Promise<UserOutputs> {
  mayCreateUsers(server, user.name);
  const owner: Ownership = { mark: user.mark, token: fresh.token };
  const comment = formatComment({ comment: user.comment ?? null, owner, grants: [] });
  const answers = await tx.commit(
    ...createRole(user, fresh.password),
    statement(`comment on role ${identifier(user.name)} is ${comment === null ? "null" : literal(comment)}`),
    readRole(null, user.name),
  );
  return outputsOf(toRole(answers.at(-1)?.rows[0]) as Role, server, user, fresh);
}

/** What a killed run of this very resource left behind: made as wished, under a new password and a new token. */
async function resumedUser(
  tx: Transaction,
  server: Server,
  role: Role,
  user: UserInputs,
  fresh: Fresh,
): Promise<UserOutputs> {
  mayAlter(server, role);
  const comment = user.comment === undefined ? role.marked.comment : user.comment || null;
  const owner: Ownership = { mark: user.mark, token: fresh.token };
  await tx.commit(
    ...planRole(user, role),
    ...setPassword("alter", user.name, fresh.password),
    ...commentOnRole(role, formatComment({ ...role.marked, comment, owner })),
  );
  return outputsOf(role, server, user, fresh);
}

type Adoption = Fresh & { accepted: LoginAnswer | undefined };

async function adoptedUser(
  tx: Transaction,
  server: Server,
  role: Role,
  user: UserInputs,
  fresh: Adoption,
): Promise<UserOutputs> {
  adoptable(role, server, user);
  const keep = user.password !== undefined && fresh.accepted !== "refused";
  if (!keep && user.passwordVersion === undefined) throw passwordRefused(user.name);
  if (!keep && user.password !== undefined) strongEnough(user.password);
  const changes = [...planRole(user, role), ...(keep ? [] : setPassword("alter", user.name, fresh.password))];
  if (changes.length > 0) mayAlter(server, role);
  // Resumed after a killed adoption: what the role was like before is not known any more, so nothing is taken back.
  const resumed = role.marked.owner?.mark === user.mark;
  const owner: Ownership = { mark: user.mark, token: fresh.token, adopted: true };
  const comment = user.comment === undefined ? role.marked.comment : user.comment || null;
  const note = role.mayComment ? commentOnRole(role, formatComment({ ...role.marked, comment, owner })) : [];
  await tx.commit(...changes, ...note);
  const before = resumed ? {} : foundBefore(role, user);
  return { ...outputsOf(role, server, user, fresh), adopted: true, before };
}

function foundBefore(role: Role, user: UserInputs): UserOutputs["before"] {
  return {
    ...(!role.canLogin && { canLogin: false }),
    ...(!role.replication && { replication: false }),
    ...(user.connectionLimit !== undefined && { connectionLimit: role.connectionLimit }),
    ...(user.validUntil !== undefined && { validUntil: role.validUntil }),
    ...(user.comment !== undefined && { comment: role.marked.comment }),
  };
}

function outputsOf(role: Role, server: Server, user: UserInputs, fresh: Fresh): UserOutputs {
  const generated = user.password === undefined;
  return {
    password: fresh.password,
    roleOid: role.oid,
    target: placeOf(server),
    token: fresh.token,
    ...(generated && { generated }),
  };
}

/** Said before anything is sent: what Postgres would answer halfway through. */
export function mayCreateUsers(server: Server, name: string): void {
  if (server.superuser) return;
  if (server.version < 16) {
    throw refusal(
      "noReplicationRole",
      `on Postgres ${server.version} only a superuser can make a REPLICATION role, and "${server.user}" is none. The way on: ` +
        `make the role "${name}" with Neon's console, CLI or API, and adopt it: \`adopt: true\`, \`allowPrivileged: true\` ` +
        "(such a role is a member of neon_superuser) and its `password`. Or upgrade to Postgres 16 or later.",
    );
  }
  if (!server.createRole || !server.replication) {
    const missing = [...(server.createRole ? [] : ["CREATEROLE"]), ...(server.replication ? [] : ["REPLICATION"])];
    throw refusal(
      "noReplicationRole",
      `"${server.user}" cannot make a REPLICATION role: it lacks ${missing.join(" and ")}. Connect as a role that has both, ` +
        "such as the owner role that Neon made with the project.",
    );
  }
}

export function mayAlter(server: Server, role: Role): void {
  if (role.mayAlter) return;
  const why =
    server.version < 16
      ? `on Postgres ${server.version} only a superuser may alter a REPLICATION role`
      : "it has no ADMIN option on it";
  throw refusal(
    "mayNotAlterRole",
    `role "${role.name}" needs a change, and "${server.user}" may not make it: ${why}. Make the change with Neon's console ` +
      "or API, or ask for nothing but what the role already is.",
  );
}

export function adoptable(role: Role, server: Server, user: UserInputs): void {
  const privileges = privilegesOf(role, server.privilegedRole).map(({ found }) => found);
  if (privileges.length > 0 && !user.allowPrivileged) {
    throw refusal(
      "privilegedRole",
      `role "${role.name}" is more than a reader (${privileges.join(", ")}): ClickPipes would hold those rights too. ` +
        "Use a role of its own; or accept it with `allowPrivileged: true`.",
    );
  }
  if (user.password === undefined && user.passwordVersion === undefined) {
    throw refusal(
      "passwordUnknown",
      `role "${role.name}" exists and its password cannot be read: give \`password\`, or \`passwordVersion\` to have it reset ` +
        "(whoever uses the old one is then locked out).",
    );
  }
}

function passwordRefused(name: string) {
  return refusal(
    "passwordRefused",
    `role "${name}" does not accept the \`password\` given. Correct it; or add \`passwordVersion\` to have it set to that one.`,
  );
}

function strongEnough(password: string): void {
  if (passwordBits(password) >= LEAST_BITS) return;
  throw refusal(
    "weakPassword",
    `password: has fewer than ${LEAST_BITS} bits of entropy; Neon would refuse it at COMMIT`,
  );
}

async function acceptedPassword(context: Context, user: UserInputs): Promise<LoginAnswer | undefined> {
  if (user.password === undefined) return undefined;
  const [answer] = await context.postgres.use((session) => session.run(readRole(null, user.name)));
  if (!toRole(answer?.rows[0])) return undefined;
  return tryLogin(context.postgres.settings, user.name, user.password);
}

/** The role exists by now: what goes wrong here is kept with it. */
export async function prove(context: Context, name: string, outputs: UserOutputs): Promise<void> {
  if (outputs.password === undefined) return;
  try {
    const answer = await provePassword(context.postgres.settings, name, outputs.password);
    if (answer === "accepted") return;
    if (answer === "unclear")
      context.warn(`the server does not let "${name}" log in from here, so its password could not be tried`);
    else
      throw refusal(
        "passwordNotTaken",
        `role "${name}" does not accept the password that was just set. Run \`pulumi up\` again.`,
      );
  } catch (error) {
    throw unfinished(name, outputs, error);
  }
}
