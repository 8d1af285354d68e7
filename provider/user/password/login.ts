import { unfinished } from "../../errors";
import type { Context } from "../../lifecycle/context";
import { type LoginAnswer, provePassword } from "../../postgres/login";
import { type Role, readRole } from "../../postgres/sql/role";
import type { Made } from "../outputs";
import { unacceptedPassword } from "../refusals";
import { hasExpired, sameInstant } from "../sql/plan";
import type { UserInputs, UserState } from "../state";

/** What a role that exists says to the password of the program; undefined where there is nothing to ask or to tell. */
export async function tryGivenPassword(context: Context, user: UserInputs): Promise<LoginAnswer | undefined> {
  const { name, password } = user;
  if (password === undefined) return undefined;
  const [role] = await context.postgres.read((session) => session.ask(readRole({ oid: null, name })));
  return role && context.postgres.tryLogin(name, password);
}

/** Logs in with the password that the role should have by now. */
export async function proveLogin(context: Context, { id, user, outputs }: Made): Promise<void> {
  const { name, validUntil } = user;
  const { password } = outputs;
  if (password === undefined) return;
  if (hasExpired({ validUntil: validUntil ?? null })) {
    context.warn(
      `role "${name}" was valid until ${validUntil}: nobody can log in as it, so its password was not tried`,
    );
    return;
  }
  try {
    const answer = await provePassword(() => context.postgres.tryLogin(name, password));
    if (answer === "refused") throw unacceptedPassword(name);
    if (answer === "unclear")
      context.warn(`the server does not let "${name}" log in from here, so its password could not be tried`);
  } catch (error) {
    throw unfinished(id, outputs, error);
  }
}

/** Found by logging in, which changes nothing; a role whose time is over refuses any password, and says so as itself. */
export async function findPasswordDrift(context: Context, role: Role, state: UserState): Promise<string[]> {
  const name = `role "${role.name}"`;
  if (hasExpired(role)) {
    if (state.validUntil === undefined) return [`${name} expired at ${role.validUntil}`];
    if (sameInstant(state.validUntil, role.validUntil))
      context.warn(`${name} expired at ${role.validUntil}, as wished`);
    return [];
  }
  if (state.password === undefined) return [];
  const answer = await context.postgres.tryLogin(role.name, state.password);
  return answer === "refused" ? [`${name} no longer accepts its password`] : [];
}
