import type { Context } from "../lifecycle/context";
import { tryLogin } from "../postgres/login";
import { hasExpired, type Role } from "../postgres/sql/role";
import { generatePassword } from "./passwordStrength";
import type { UserInputs, UserState } from "./state";

/** The password of a user that is updated, and whether the role has to be given it. */
export interface Secret {
  password: string | undefined;
  generated: boolean;
  set: "no" | "wished" | "refused";
}

/** In place: a new `password`, a new one for a new `passwordVersion`, or the known one again where it no longer works. */
export async function choosePassword(context: Context, state: UserState, user: UserInputs): Promise<Secret> {
  const generated = user.password === undefined;
  const isNew = user.password !== undefined && user.password !== state.password;
  if (!isNew && generated && user.passwordVersion !== state.passwordVersion)
    return { password: generatePassword(), generated, set: "wished" };
  const password = user.password ?? state.password;
  if (password === undefined) return { password, generated, set: "no" };
  // An adopted role may have been given it elsewhere, as with Neon's console, where we may not alter it.
  if (isNew && !state.adopted) return { password, generated, set: "wished" };
  const answer = await tryLogin(context.postgres.settings, state.name, password);
  if (isNew) return { password, generated, set: answer === "accepted" ? "no" : "wished" };
  return { password, generated, set: answer === "refused" ? "refused" : "no" };
}

/** A role whose time is over refuses the right password too: it is tried again when the role has been mended. */
export function toSet(secret: Secret, role: Role): string | undefined {
  const set = secret.set === "wished" || (secret.set === "refused" && !hasExpired(role));
  return set ? secret.password : undefined;
}
