import type { ReadinessCheck } from "../check";
import { type Facts, replicatesChanges } from "./facts";
import { judge } from "./judge";

/** Minor versions with the `invalid memory alloc` bug in logical decoding (ClickPipes' FAQ). */
const BAD_MINORS: readonly number[] = [170005, 160009, 150013, 140018, 130021];

export function serverChecks(facts: Facts): ReadinessCheck[] {
  const { server } = facts;
  const { versionNumber, versionText } = server;
  const bad = BAD_MINORS.includes(versionNumber);
  // Without the minor version: Neon upgrades it automatically, and a refresh would show that as a change.
  const major = `Postgres ${Math.floor(versionNumber / 10000)}`;
  const readable = server.inRecovery
    ? "the server is a read replica, which a snapshot can read"
    : "the server is read-write";
  return [
    judge("version", versionNumber >= 120000 && !bad, major, {
      status: bad ? "warning" : "blocked",
      detail: bad
        ? `Postgres ${versionText} has a bug that makes logical decoding fail with "invalid memory alloc"`
        : `Postgres ${versionText} is older than 12`,
      fix: bad ? "upgrade to a newer minor version; on Neon, restart the compute" : "upgrade Postgres",
    }),
    judge("primary", !server.inRecovery || !replicatesChanges(facts), readable, {
      detail: "the server is a read replica",
      fix: "use the host of the primary; on Neon, that of the branch's read-write endpoint",
    }),
  ];
}
