import { formatComment, type Marked } from "../postgres/sql/mark";
import type { Role } from "../postgres/sql/role";
import { commentOnRole } from "../postgres/sql/roleComment";
import type { Statement } from "../postgres/sql/statement";

/** Writes the comment with the marks in it, where our admin may; `name`: what the role is called by then. */
export function markRole(role: Role, marked: Marked, name = role.name): Statement[] {
  return role.mayComment ? commentOnRole(role, formatComment(marked), name) : [];
}
