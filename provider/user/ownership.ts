import type { Context } from "../lifecycle/context";
import { removeMarker } from "../ownership/refusals";
import { ADOPTED_AGAIN, alsoMarked, takeover, type When } from "../ownership/sentences";
import type { Takeover } from "../ownership/takeover";
import { isExactlyOf, type Whose, whose } from "../ownership/whose";
import type { Marked } from "../postgres/sql/mark";
import type { MarkedRole } from "../postgres/sql/markedRoles";
import type { Place } from "../postgres/sql/place";
import type { Role } from "../postgres/sql/role";
import { commentOnRole } from "../postgres/sql/roleComment";
import { serverOf } from "../postgres/sql/server";
import { identifier, type Statement } from "../postgres/sql/statement";
import type { UserInputs, UserState } from "./state";

/** Writes the comment and its markers, if the admin may comment on the role. `name` is the role's name at that point. */
export function markRole(role: Role, marked: Marked, name = role.name): Statement[] {
  return role.mayComment ? commentOnRole(role, marked, name) : [];
}

/** Whose role it is: the question of a preview, or of a create that is about to write `token`. */
export function whoseRole(context: Context, place: Place, role: Role, user: UserInputs, token?: string): Whose {
  return whose(role, context.asker(serverOf(place), user, { token }));
}

/** Whose role it is: the question of a read, an update or a delete, each of which has found the role of the state. */
export function whoseKnownRole(context: Context, place: Place, role: Role, state: UserState, user = state): Whose {
  const { token } = state;
  const known = { mark: state.mark, path: state.path, token, oid: context.oidOf(state.roleOid) ?? role.oid };
  return whose(role, context.asker(serverOf(place), user, known));
}

const LOCKED_OUT = "Every client that uses the old password is locked out.";

/** Says that the role is taken over, and what that does to its password. */
export function sayTakeover(context: Context, user: UserInputs, found: Whose, how: Takeover, when: When): void {
  context.warn(takeover({ kind: "role", name: user.name }, found, when, effectsOf(user, found, how, when)));
}

function effectsOf(user: UserInputs, found: Whose, how: Takeover, when: When): string[] {
  const isForgotten = how === "adopt" && found.is === "sameResource" && !user.deleteAdopted;
  return [...passwordEffects(user, how, when), ...(isForgotten ? [ADOPTED_AGAIN] : [])];
}

/** An adoption first tries a given password in a login. So a preview does not know whether the password is set. */
function passwordEffects({ password, passwordVersion }: UserInputs, how: Takeover, when: When): string[] {
  const isTried = how === "adopt" && password !== undefined;
  if (isTried && passwordVersion === undefined) return [];
  if (isTried)
    return when === "will" ? [`Unless the role has the given \`password\` already, that is set. ${LOCKED_OUT}`] : [];
  const what = password === undefined ? "a new password" : "the given `password`";
  return [when === "will" ? `It then gets ${what}. ${LOCKED_OUT}` : `It has ${what} now. ${LOCKED_OUT}`];
}

/** Says which other roles carry this resource's own marker. */
export function sayAlsoMarked(
  context: Context,
  place: Place,
  { name, ...user }: UserInputs,
  roles: MarkedRole[],
): void {
  const here = serverOf(place);
  const others = roles.filter((role) => role.name !== name && isExactlyOf(user, here, role.marked.owner));
  for (const other of others) context.warn(alsoMarked("role", [other.name], user, removalOf(other)));
}

/** A role that existed before its adoption must not be dropped: it loses the marker alone. */
function removalOf({ name, marked }: MarkedRole): string {
  if (!marked.owner?.adopted) return `DROP ROLE ${identifier(name)};`;
  return removeMarker({ kind: "role", name, marked });
}
