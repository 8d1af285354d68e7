import type { Role } from "../postgres/sql/role";
import { hasExpired } from "./sql/plan";
import type { RoleBefore, UserInputs } from "./state";

/** The role's values before an adoption changes them. */
export function recordBefore(role: Role, user: UserInputs): RoleBefore {
  const owned = role.marked.owner;
  return {
    ...(!role.canLogin && { canLogin: false }),
    ...(!role.replication && { replication: false }),
    ...(hasExpired(role) && { validUntil: role.validUntil }),
    ...argumentsBefore(role, user),
    ...(owned && { owned }),
  };
}

/** The role's values before the arguments of the program change them. */
export function argumentsBefore(role: Role, user: UserInputs): RoleBefore {
  return {
    ...(user.name !== role.name && { name: role.name }),
    ...(user.connectionLimit !== undefined && { connectionLimit: role.connectionLimit }),
    ...(user.validUntil !== undefined && { validUntil: role.validUntil }),
    ...(user.comment !== undefined && { comment: role.marked.comment }),
  };
}
