import { type Marked, parseComment, quoteMark } from "../../postgres/sql/mark";
import { mapAnswer, type Query, queryRows } from "../../postgres/sql/statement";

export interface MarkedPublication {
  name: string;
  marked: Marked;
}

/** The publications of the database whose comments name this mark. */
export function readMarkedPublications(mark: string): Query<MarkedPublication[]> {
  const rows = queryRows<{ name: string; text: string }>(
    `
    select p.pubname as "name", d.description as "text"
      from pg_publication p
      join pg_description d on d.objoid = p.oid and d.classoid = 'pg_publication'::regclass and d.objsubid = 0
     where strpos(d.description, $1) > 0
     order by p.pubname`,
    [quoteMark(mark)],
  );
  return mapAnswer(rows, (found) => found.map(({ name, text }) => ({ name, marked: parseComment(text) })));
}
