import { refusal } from "../errors";
import type { DesiredPublication } from "../sql/publicationPlan";
import { displayTables } from "../sql/publicationPlan";
import type { ActualPublication, PublishedTable } from "../sql/publicationRead";
import { displayUnsafe, type ListedTable, type UnsafeTable } from "../sql/publicationSafety";
import type { Server } from "../sql/server";
import { displaySlot, type Slot } from "../sql/slots";
import { displayIdentifier, displayTable } from "../sql/table";

export const RUNNING_PIPE =
  "A running ClickPipe looks its publication up by name and OID as of the change it reads, so it would fail or lose changes, and " +
  "has to be resynced. To do it all the same: stop the pipe, set `allowReplace: true`, run `pulumi up`, and resync the pipe";

export function needsReplacement(reasons: string[]) {
  return refusal("needsReplacement", `${reasons.join("; ")}. ${RUNNING_PIPE}`);
}

/** What this server's version, or our admin on it, cannot do: said before any SQL. */
export function supported(server: Server, desired: DesiredPublication): void {
  const { version, superuser, memberOfPrivilegedRole, mayCreate, user } = server;
  const need = (least: number, what: string) => {
    if (version < least) throw refusal("notSupported", `${what} takes Postgres ${least} or later; this is ${version}`);
  };
  if (desired.schemas.length > 0) need(15, "`schemas` in a publication");
  if (desired.tables.some(({ columns }) => columns !== undefined)) need(15, "a list of columns in a publication");
  if (desired.tables.some(({ where }) => where !== undefined)) need(15, "a row filter in a publication");
  if (desired.generatedColumns === "stored") need(18, "`publishGeneratedColumns`");
  if (!superuser && !mayCreate)
    throw refusal(
      "mayNotCreate",
      `"${user}" may not create publications: it needs CREATE on database "${server.database}"`,
    );
  const whole = desired.allTables ? "all tables" : desired.schemas.length > 0 ? "whole schemas" : undefined;
  if (whole !== undefined && !superuser && !memberOfPrivilegedRole) {
    throw refusal(
      "mayNotCreate",
      `publishing ${whole} takes a superuser, or on Neon a member of neon_superuser; "${user}" is neither. List the tables instead`,
    );
  }
}

/** Refuses listed tables that cannot be published; in a preview, what is absent may still be made by a sibling. */
export function unpublishable(rows: Record<string, unknown>[], server: Server, mayAppear = false): string[] {
  const listed = rows as unknown as (ListedTable & { name: string | null })[];
  const absent = listed
    .filter(({ kind }) => kind === "absent")
    .map(({ schema, name }) =>
      name === null ? `schema ${displayIdentifier(schema)}` : `table ${displayTable({ schema, name })}`,
    );
  const refused = listed.flatMap((table) => {
    const name = table.name === null ? "" : displayTable(table);
    if (table.kind === "absent") return [];
    if (table.kind) return [`${name} is ${table.kind}, which a publication cannot hold`];
    if (!table.owned)
      return [
        `${name} belongs to ${displayIdentifier(table.owner ?? "")}, and only its owner may publish it: "${server.user}" is not a member of that role`,
      ];
    return [`${name} has no column ${(table.unknownColumns ?? []).join(", ")}`];
  });
  if (refused.length > 0) throw refusal("unpublishable", `${refused.join("; ")}. Nothing was changed`);
  if (absent.length > 0 && !mayAppear) {
    throw refusal(
      "notThere",
      `not in database "${server.database}": ${absent.join(", ")}. Create it first, or take it out of the list; nothing was changed`,
    );
  }
  return absent;
}

export function unsafeTables(unsafe: UnsafeTable[]) {
  const shown = unsafe.slice(0, 20).map(displayUnsafe).join("; ");
  const more = unsafe.length > 20 ? `; and ${unsafe.length - 20} more` : "";
  return refusal(
    "unsafeTables",
    `published, these tables would have UPDATE or DELETE fail in the application: ${shown}${more}. Mend them, leave them out, ` +
      "or accept it with `allowUnsafeTables: true`. Nothing was changed",
  );
}

export function mayNotAlter(actual: ActualPublication, server: Server) {
  return refusal(
    "mayNotAlter",
    `publication "${actual.name}" belongs to ${displayIdentifier(actual.owner)}, and "${server.user}" is not a member of that role`,
  );
}

export function narrowerThanFound(name: string, removed: PublishedTable[]) {
  return refusal(
    "narrowerThanFound",
    `publication "${name}" also holds ${displayTables(removed)}: adopting it with these \`tables\` would take them away from whoever ` +
      "reads it. List them too, or consent with `allowReplace: true`",
  );
}

export function slotsInTheWay(name: string, slots: Slot[]) {
  const names = slots.map(displaySlot).join(", ");
  return refusal(
    "slotsInTheWay",
    `publication "${name}" may still be read: ${names}. An inactive slot does not say which publication it belongs to. Delete the ` +
      "ClickPipe first, and drop a slot that nobody will read again (SELECT pg_drop_replication_slot('…')); or set " +
      "`allowLeftoverSlots: true` on the publication, run `pulumi up`, and try again. Nothing was changed",
  );
}
