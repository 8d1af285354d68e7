import { unfinished } from "../../errors";
import type { Context } from "../../lifecycle/context";
import { type LoginAnswer, provePassword } from "../../postgres/login";
import { type Role, readRole } from "../../postgres/sql/role";
import type { Made } from "../outputs";
import { unacceptedPassword } from "../refusals";
import { hasExpired, sameInstant } from "../sql/plan";
import type { UserInputs, UserState } from "../state";

/**
 * Tries the program's password on a role to adopt, or on one whose adoption was interrupted. Undefined if the program gives none,
 * or if there is no such role.
 */
export async function tryGivenPassword(context: Context, user: UserInputs): Promise<LoginAnswer | undefined> {
  const { name, password, adopt } = user;
  if (password === undefined) return undefined;
  const [role] = await context.postgres.read((session) => session.ask(readRole({ oid: null, name })));
  const isAdopted = adopt || role?.marked.owner?.adopted;
  return role && isAdopted ? context.postgres.tryLogin(name, password) : undefined;
}

/** Logs in with the password that the role should have now. */
export async function proveLogin(context: Context, { id, user, outputs }: Made): Promise<void> {
  const { name, validUntil } = user;
  const { password } = outputs;
  if (password === undefined) return;
  if (hasExpired({ validUntil: validUntil ?? null })) {
    context.warn(`role "${name}" expired at ${validUntil}, so no one can log in as it. Its password was not tested.`);
    return;
  }
  try {
    const answer = await provePassword(() => context.postgres.tryLogin(name, password));
    if (answer === "refused") throw unacceptedPassword(name);
    if (answer === "unclear")
      context.warn(`the server does not let "${name}" log in from this machine, so its password was not tested.`);
  } catch (error) {
    throw unfinished(id, outputs, error);
  }
}

/** Tests the password with a login, which changes nothing. An expired role refuses every password: its expiry is the drift. */
export async function findPasswordDrift(context: Context, role: Role, state: UserState): Promise<string[]> {
  const name = `role "${role.name}"`;
  if (hasExpired(role)) {
    if (state.validUntil === undefined) return [`${name} expired at ${role.validUntil}`];
    if (sameInstant(state.validUntil, role.validUntil))
      context.warn(`${name} expired at ${role.validUntil}, as its \`validUntil\` says.`);
    return [];
  }
  if (state.password === undefined) return [];
  const answer = await context.postgres.tryLogin(role.name, state.password);
  return answer === "refused" ? [`${name} no longer accepts its password`] : [];
}
