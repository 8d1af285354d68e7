import { identifier } from "../../postgres/sql/statement";
import { SQLSTATE } from "../../postgres/sqlstate";
import type { ReadinessCheck } from "../check";
import type { ServerFacts } from "../sql/server";
import { type Facts, holdsItsPlaces, isPipeRunning } from "./facts";
import { raiseSetting } from "./fixes";
import { judge } from "./judge";
import { loginFix } from "./role";

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
    judge("walSenders", server.maxWalSenders >= 2 && isWalSenderFree(facts), "a walsender is free", {
      detail: server.maxWalSenders < 2 ? `max_wal_senders = ${server.maxWalSenders}` : "all walsenders are in use",
      fix: raiseWalSenders(server),
    }),
  ];
}

function connectionChecks(facts: Facts): ReadinessCheck[] {
  const { role, server, replication } = facts;
  return [
    judge("replicationRole", server.replication, `role "${role}" has REPLICATION`, {
      detail: `role "${role}" has no REPLICATION of its own; it is not inherited from other roles`,
      fix: letReplicate(role),
    }),
    judge(
      "replicationConnection",
      replication === undefined || holdsItsPlaces(facts, replication),
      "IDENTIFY_SYSTEM answers over a replication connection",
      { detail: `a replication connection as "${role}" failed: ${replication?.text}`, fix: connectionFix(facts) },
    ),
  ];
}

function connectionFix(facts: Facts): string {
  if (facts.login) return loginFix(facts);
  const { role, server, replication } = facts;
  if (!server.replication) return letReplicate(role);
  if (replication?.code === SQLSTATE.tooManyConnections)
    return isWalSenderFree(facts) ? `ALTER ROLE ${identifier(role)} CONNECTION LIMIT -1` : raiseWalSenders(server);
  return "use the direct host, without a pooler, and mend what the message names";
}

function letReplicate(role: string): string {
  return `ALTER ROLE ${identifier(role)} REPLICATION`;
}

/** Or the pipe that is running holds it. */
function isWalSenderFree(facts: Facts): boolean {
  return facts.server.walSenders < facts.server.maxWalSenders || isPipeRunning(facts);
}

function raiseWalSenders(server: ServerFacts): string {
  return raiseSetting("max_wal_senders", server.maxWalSenders, server);
}
