import { refusal, unfinished } from "../errors";
import type { Context } from "../lifecycle/context";
import { type LoginAnswer, provePassword, tryLogin } from "../postgres/login";
import { hasExpired, type Role, readRole, sameInstant, toRole } from "../postgres/sql/role";
import type { UserInputs, UserOutputs, UserState } from "./state";

/** What a role that exists says to the password of the program; undefined where there is nothing to ask or to tell. */
export async function acceptedPassword(context: Context, user: UserInputs): Promise<LoginAnswer | undefined> {
  if (user.password === undefined) return undefined;
  const [answer] = await context.postgres.read((session) => session.run(readRole({ oid: null, name: user.name })));
  if (!toRole(answer?.rows[0])) return undefined;
  return tryLogin(context.postgres.settings, user.name, user.password);
}

/** A role that exists by now: what goes wrong from here on is kept with it. */
export interface Made {
  id: string;
  user: UserInputs;
  outputs: UserOutputs;
}

export async function prove(context: Context, { id, user, outputs }: Made): Promise<void> {
  const { name, validUntil } = user;
  if (outputs.password === undefined) return;
  if (hasExpired({ validUntil: validUntil ?? null })) {
    context.warn(
      `role "${name}" was valid until ${validUntil}: nobody can log in as it, so its password was not tried`,
    );
    return;
  }
  try {
    const answer = await provePassword(context.postgres.settings, name, outputs.password);
    if (answer === "refused") throw passwordNotTaken(name);
    if (answer === "unclear")
      context.warn(`the server does not let "${name}" log in from here, so its password could not be tried`);
  } catch (error) {
    throw unfinished(id, outputs, error);
  }
}

function passwordNotTaken(name: string) {
  return refusal(
    "passwordNotTaken",
    `role "${name}" does not accept the password that was just set. Run \`pulumi up\` again.`,
  );
}

/** Found by logging in, which changes nothing; a role whose time is over refuses any password, and says so as itself. */
export async function passwordDrift(context: Context, role: Role, state: UserState): Promise<string[]> {
  const name = `role "${role.name}"`;
  if (hasExpired(role)) {
    if (state.validUntil === undefined) return [`${name} expired at ${role.validUntil}`];
    if (sameInstant(state.validUntil, role.validUntil))
      context.warn(`${name} expired at ${role.validUntil}, as wished`);
    return [];
  }
  if (state.password === undefined) return [];
  const answer = await tryLogin(context.postgres.settings, role.name, state.password);
  return answer === "refused" ? [`${name} no longer accepts its password`] : [];
}
