import type { ReadinessCheck } from "../check";
import type { Facts } from "./facts";
import { judge } from "./judge";

/** Minor versions with the `invalid memory alloc` bug in logical decoding (ClickPipes' FAQ). */
const BAD_MINORS = [170005, 160009, 150013, 140018, 130021];

export function serverChecks({ server }: Facts): ReadinessCheck[] {
  const { versionNumber, versionText } = server;
  const bad = BAD_MINORS.includes(versionNumber);
  // Without the minor version: Neon upgrades it by itself, and a refresh would show that as a change.
  const major = `Postgres ${Math.floor(versionNumber / 10000)}`;
  return [
    judge("version", versionNumber >= 120000 && !bad, major, {
      status: bad ? "warning" : "blocked",
      detail: bad
        ? `Postgres ${versionText} has a bug that ends logical decoding with "invalid memory alloc"`
        : `Postgres ${versionText} is older than 12`,
      fix: bad ? "upgrade to a newer minor version; on Neon, restart the compute" : "upgrade Postgres",
    }),
    judge("primary", !server.inRecovery, "a read-write server", {
      detail: "the server is a read replica",
      fix: "use the host of the primary; on Neon, of the branch's read-write endpoint",
    }),
  ];
}
