import { isAnnounced } from "../lifecycle/announcedRoles";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { canonicalList } from "../lifecycle/arguments";
import type { Lifecycle } from "../lifecycle/lifecycle";
import { readRole } from "../postgres/sql/role";
import { readServer, toServer } from "../postgres/sql/server";
import { displayIdentifier } from "../postgres/sql/table";
import { compareText } from "../text";
import { readListedTables, readSchemaNames } from "./arguments";
import { createGrants, updateGrants } from "./change";
import { displayMissing } from "./find";
import { readGrants } from "./read";
import { removeGrants } from "./remove";
import { type MissingName, readMissing } from "./sql/scope";
import type { GrantsInputs } from "./state";

export const clickPipesGrants: Lifecycle = {
  needs: () => ["postgres"],
  arguments: ARGUMENT_NAMES.ClickPipesGrants,

  check(args) {
    const schemas = readSchemaNames(args);
    const tables = readListedTables(args);
    const nothing = (schemas ?? []).length === 0 && (tables ?? []).length === 0;
    if (nothing && args.problems.length === 0) args.problem("schemas", "give `schemas` or `tables`, or both");
    return {
      role: args.identifier("role", { required: true }),
      schemas,
      tables,
      objectOwners: canonicalList(args.identifiers("objectOwners"), compareText),
    };
  },

  async look(context, _olds, inputs) {
    const grants = inputs as GrantsInputs;
    const role = readRole({ oid: null, name: grants.role });
    const seen = await context.lookAt((session) => session.run(readServer, role, readMissing(grants)));
    if (!seen) return;
    const [server, roles, names] = seen.map(({ rows }) => rows);
    context.checkPlace(toServer(server?.[0] ?? {}));
    const missing = displayMissing((names ?? []) as unknown as MissingName[]);
    if (roles?.length === 0 && !isAnnounced(grants.role)) missing.unshift(`role ${displayIdentifier(grants.role)}`);
    if (missing.length > 0) context.warn(`not in the database (yet): ${missing.join(", ")}`);
  },

  create: createGrants,
  read: readGrants,
  update: updateGrants,
  remove: removeGrants,
};
