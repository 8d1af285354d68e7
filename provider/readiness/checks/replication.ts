import { identifier } from "../../postgres/sql/statement";
import { SQLSTATE } from "../../postgres/sqlstate";
import type { ReadinessCheck } from "../check";
import type { ServerFacts } from "../sql/server";
import { type Facts, HELD_BY_PIPE, isCrowdedOut, isPipeRunning } from "./facts";
import { raiseSetting } from "./fixes";
import { judge } from "./judge";
import { connectionsFix, loginFix } from "./role";

export function replicationChecks(facts: Facts): ReadinessCheck[] {
  const { server } = facts;
  return [
    judge("walLevel", server.walLevel === "logical", "wal_level = logical", {
      detail: `wal_level = ${server.walLevel}`,
      fix: server.neon
        ? "turn logical replication on in the Neon project (resource LogicalReplication)"
        : "ALTER SYSTEM SET wal_level = 'logical' -- and restart the server",
    }),
    ...(server.roleExists ? connectionChecks(facts) : []),
    judge(
      "walSenders",
      server.maxWalSenders >= 2 && isWalSenderFree(facts),
      isPipeRunning(facts) ? "the pipe has its walsender" : "a walsender is free",
      {
        detail: server.maxWalSenders < 2 ? `max_wal_senders = ${server.maxWalSenders}` : "all walsenders are in use",
        fix: raiseWalSenders(server),
      },
    ),
  ];
}

function connectionChecks(facts: Facts): ReadinessCheck[] {
  const { role, server, replication } = facts;
  return [
    judge("replicationRole", server.replication, `role "${role}" has REPLICATION`, {
      detail: `role "${role}" lacks the REPLICATION attribute, which roles do not inherit`,
      fix: letReplicate(role),
    }),
    judge(
      "replicationConnection",
      replication === undefined || isCrowdedOut(facts, replication),
      replication === undefined ? "a replication connection answers IDENTIFY_SYSTEM" : HELD_BY_PIPE,
      { detail: `a replication connection as "${role}" failed: ${replication?.text}`, fix: connectionFix(facts) },
    ),
  ];
}

function connectionFix(facts: Facts): string {
  if (facts.login) return loginFix(facts);
  const { role, server, replication } = facts;
  if (!server.replication) return letReplicate(role);
  if (replication?.code === SQLSTATE.tooManyConnections)
    return isWalSenderFree(facts) ? connectionsFix(facts) : raiseWalSenders(server);
  return "use the direct host, not a pooler, and fix what the error names";
}

function letReplicate(role: string): string {
  return `ALTER ROLE ${identifier(role)} REPLICATION`;
}

/** A running pipe already holds the walsender that it needs. */
function isWalSenderFree(facts: Facts): boolean {
  return facts.server.walSenders < facts.server.maxWalSenders || isPipeRunning(facts);
}

function raiseWalSenders(server: ServerFacts): string {
  return raiseSetting("max_wal_senders", server.maxWalSenders, server);
}
