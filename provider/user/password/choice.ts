import { type Context, freshToken } from "../../lifecycle/context";
import type { LoginAnswer } from "../../postgres/login";
import type { Role } from "../../postgres/sql/role";
import { hasExpired } from "../sql/plan";
import type { UserInputs, UserState } from "../state";
import { tryGivenPassword } from "./login";
import { generatePassword } from "./strength";

/** Made once, so that a repeated transaction writes the same token and password. */
export interface FirstPassword {
  token: string;
  password: string;
  generated: boolean;
  /** How an existing role answered a login with the program's password. */
  accepted?: LoginAnswer;
}

/** `known` is the password of a role that is created again. */
export async function chooseFirstPassword(context: Context, user: UserInputs, known?: string): Promise<FirstPassword> {
  const accepted = await tryGivenPassword(context, user);
  const password = user.password ?? known ?? generatePassword();
  return { token: freshToken(), password, generated: user.password === undefined, accepted };
}

/** The password of an updated user, and whether it has to be set on the role. */
export interface Secret {
  password: string | undefined;
  generated: boolean;
  set: "no" | "desired" | "refused";
}

/**
 * Chooses the password in place: the new `password`, a generated one for a new `passwordVersion`, or the known one again if the
 * role no longer accepts it.
 */
export async function choosePassword(context: Context, state: UserState, user: UserInputs): Promise<Secret> {
  const generated = user.password === undefined;
  const isNew = user.password !== undefined && user.password !== state.password;
  if (!isNew && generated && user.passwordVersion !== state.passwordVersion)
    return { password: generatePassword(), generated, set: "desired" };
  const password = user.password ?? state.password;
  if (password === undefined) return { password, generated, set: "no" };
  // An adopted role may already have this password. If the admin cannot alter the role, it is set elsewhere, such as in Neon's console.
  if (isNew && !state.adopted) return { password, generated, set: "desired" };
  const answer = await context.postgres.tryLogin(state.name, password);
  if (isNew) return { password, generated, set: answer === "accepted" ? "no" : "desired" };
  return { password, generated, set: answer === "refused" ? "refused" : "no" };
}

/** An expired role refuses even the right password. The password is tried again once the role is valid. */
export function passwordToSet(secret: Secret, role: Role): string | undefined {
  const set = secret.set === "desired" || (secret.set === "refused" && !hasExpired(role));
  return set ? secret.password : undefined;
}
