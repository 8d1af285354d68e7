import type { ActualRight } from "./actual";
import { MOST_DEFAULTS } from "./limits";

/**
 * The rights to revoke in a transaction of their own, before the rest. None if one transaction can take them all. To remove
 * default privileges, Postgres locks each of them until the transaction ends, and its lock table has room for a few thousand.
 */
export function portionOf(revoke: ActualRight[]): ActualRight[] {
  const defaults = revoke.filter(({ kind }) => kind === "default");
  return defaults.length > MOST_DEFAULTS ? defaults.slice(0, MOST_DEFAULTS) : [];
}
