import { type Context, freshToken } from "../../lifecycle/context";
import type { LoginAnswer } from "../../postgres/login";
import type { Role } from "../../postgres/sql/role";
import { hasExpired } from "../sql/plan";
import type { UserInputs, UserState } from "../state";
import { tryGivenPassword } from "./login";
import { generatePassword } from "./strength";

/** Made once: where the transaction has to be repeated, the repetition must mean the same role. */
export interface FirstPassword {
  token: string;
  password: string;
  generated: boolean;
  /** What an existing role said to the password of the program. */
  accepted?: LoginAnswer;
}

/** `known`: the password of a role that is made again. */
export async function chooseFirstPassword(context: Context, user: UserInputs, known?: string): Promise<FirstPassword> {
  const accepted = user.adopt ? await tryGivenPassword(context, user) : undefined;
  const password = user.password ?? known ?? generatePassword();
  return { token: freshToken(), password, generated: user.password === undefined, accepted };
}

/** The password of a user that is updated, and whether the role has to be given it. */
export interface Secret {
  password: string | undefined;
  generated: boolean;
  set: "no" | "desired" | "refused";
}

/** In place: a new `password`, a new one for a new `passwordVersion`, or the known one again where it no longer works. */
export async function choosePassword(context: Context, state: UserState, user: UserInputs): Promise<Secret> {
  const generated = user.password === undefined;
  const isNew = user.password !== undefined && user.password !== state.password;
  if (!isNew && generated && user.passwordVersion !== state.passwordVersion)
    return { password: generatePassword(), generated, set: "desired" };
  const password = user.password ?? state.password;
  if (password === undefined) return { password, generated, set: "no" };
  // An adopted role may have been given it elsewhere, as with Neon's console, where we may not alter it.
  if (isNew && !state.adopted) return { password, generated, set: "desired" };
  const answer = await context.postgres.tryLogin(state.name, password);
  if (isNew) return { password, generated, set: answer === "accepted" ? "no" : "desired" };
  return { password, generated, set: answer === "refused" ? "refused" : "no" };
}

/** A role whose time is over refuses the right password too: it is tried again when the role has been mended. */
export function passwordToSet(secret: Secret, role: Role): string | undefined {
  const set = secret.set === "desired" || (secret.set === "refused" && !hasExpired(role));
  return set ? secret.password : undefined;
}
