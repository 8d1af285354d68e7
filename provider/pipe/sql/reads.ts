import { identifier, qualified, type Statement, statement } from "../../postgres/sql/statement";
import type { Read } from "../reads";

/**
 * Needs every privilege that the first load needs, and returns no rows. It runs in the reader's own session, whose search path may
 * hold operators of others.
 */
export function readNothing(read: Read): Statement {
  const columns = read.columns === null ? "*" : read.columns.map(identifier).join(", ");
  const range = read.byCtid ? " where ctid operator(pg_catalog.=) '(0,0)'::pg_catalog.tid" : "";
  return statement(`select ${columns} from only ${qualified(read)}${range} limit 0`);
}
