import { type Marked, parseComment, quoteMark } from "./mark";
import { mapAnswer, type Query, queryRows } from "./statement";

export interface MarkedRole {
  name: string;
  marked: Marked;
}

/** The roles of the server whose comments name this mark, whether in the marker of the role or in the one of grants. */
export function readMarkedRoles(mark: string): Query<MarkedRole[]> {
  const rows = queryRows<{ name: string; text: string }>(
    `
    select r.rolname as "name", d.description as "text"
      from pg_shdescription d join pg_roles r on r.oid = d.objoid
     where d.classoid = 'pg_authid'::regclass and strpos(d.description, $1) > 0
     order by r.rolname`,
    [quoteMark(mark)],
  );
  return mapAnswer(rows, (found) => found.map(({ name, text }) => ({ name, marked: parseComment(text) })));
}
