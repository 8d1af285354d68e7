import { formatComment, type Marked } from "../postgres/sql/mark";
import type { Role } from "../postgres/sql/role";
import { commentOnRole } from "../postgres/sql/roleComment";
import type { Statement } from "../postgres/sql/statement";

/** Writes the comment and its markers, if the admin may comment on the role. `name` is the role's name at that point. */
export function markRole(role: Role, marked: Marked, name = role.name): Statement[] {
  return role.mayComment ? commentOnRole(role, formatComment(marked), name) : [];
}
