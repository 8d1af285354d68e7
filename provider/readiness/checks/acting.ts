import { identifier } from "../../postgres/sql/statement";
import type { ReadinessCheck } from "../check";
import { actsAs, type Facts } from "./facts";
import { setForRole } from "./fixes";
import { judge } from "./judge";

/** What the ClickPipes user's own session shows, and the catalogs about it do not. */
export function sessionChecks(facts: Facts): ReadinessCheck[] {
  const { role, session, hiddenCatalogs } = facts;
  if (session === undefined) return [];
  const names = hiddenCatalogs.map((catalog) => `pg_catalog.${catalog}`);
  return [
    judge("actingRole", actsAs(facts) === undefined, `sessions of "${role}" act as "${role}"`, {
      status: "warning",
      detail: `sessions of "${role}" act as "${session.acting}", so that role's privileges count`,
      fix: resetRole(facts),
    }),
    judge("catalogs", names.length === 0, `role "${role}" can read the catalogs`, {
      detail: `role "${role}" cannot read ${names.join(", ")}`,
      fix: `GRANT SELECT ON ${names.join(", ")} TO ${identifier(role)}`,
    }),
  ];
}

export function resetRole(facts: Facts): string {
  return setForRole(facts, "role", "none");
}
