import { identifier } from "../../postgres/sql/statement";
import { SQLSTATE } from "../../postgres/sqlstate";
import type { ReadinessCheck } from "../check";
import { sessionChecks } from "./acting";
import { type Facts, HELD_BY_PIPE, isCrowdedOut, isPipeRunning } from "./facts";
import { setForRole } from "./fixes";
import { judge } from "./judge";

export function roleChecks(facts: Facts): ReadinessCheck[] {
  const { role, server } = facts;
  const name = identifier(role);
  if (!server.roleExists) {
    const detail = `role "${role}" does not exist`;
    return [{ check: "role", status: "blocked", detail, fix: `CREATE ROLE ${name} LOGIN REPLICATION PASSWORD '…'` }];
  }
  const { connectionLimit: limit } = server;
  const isNarrow = limit >= 0 && limit < 3;
  // With one connection, the pipe never starts.
  const isTooNarrow = limit >= 0 && limit < 2 && !isPipeRunning(facts);
  return [
    judge("role", server.canLogin && !server.expired, `role "${role}" is permitted to log in`, {
      detail: server.canLogin
        ? `the password of role "${role}" has expired`
        : `role "${role}" is not permitted to log in`,
      fix: server.canLogin ? `ALTER ROLE ${name} VALID UNTIL 'infinity'` : `ALTER ROLE ${name} LOGIN`,
    }),
    judge("connectionLimit", !isNarrow, "the connection limit of the role is high enough", {
      status: isTooNarrow ? "blocked" : "warning",
      detail: `role "${role}" is limited to ${limit} connections; the initial load uses several`,
      fix: `ALTER ROLE ${name} CONNECTION LIMIT -1`,
    }),
    judge("connect", server.mayConnect, "the ClickPipes user has CONNECT on the database", {
      detail: `role "${role}" has no CONNECT on database "${server.database}"`,
      fix: `GRANT CONNECT ON DATABASE ${identifier(server.database)} TO ${name}`,
    }),
    judge(
      "login",
      facts.login === undefined || isCrowdedOut(facts, facts.login),
      facts.login === undefined ? "the ClickPipes user can log in with its password" : HELD_BY_PIPE,
      { detail: `logging in as "${role}" failed: ${facts.login?.text}`, fix: loginFix(facts) },
    ),
    ...sessionChecks(facts),
    ...timeoutChecks(facts),
  ];
}

/** The transaction that exports the snapshot stays open during the whole initial load. ClickPipes overrides neither timeout. */
function timeoutChecks(facts: Facts): ReadinessCheck[] {
  const { role, session } = facts;
  if (session === undefined) return [];
  const { transaction_timeout, idle_session_timeout } = session;
  const timeouts = Object.entries({ transaction_timeout, idle_session_timeout });
  const set = timeouts.filter(([, value]) => value !== null && value !== "0");
  return [
    judge("timeouts", set.length === 0, "no server timeout cuts off a long initial load", {
      status: "warning",
      detail: `sessions of "${role}" have ${set.map(([name, value]) => `${name} = ${value}`).join(" and ")}, which cuts off a longer initial load`,
      fix: set.map(([name]) => setForRole(facts, name, "0")).join("; "),
    }),
  ];
}

/** 53300 does not tell whose limit is reached. */
export function connectionsFix({ role, server }: Facts): string {
  if (server.connectionLimit >= 0 && server.connections >= server.connectionLimit)
    return `ALTER ROLE ${identifier(role)} CONNECTION LIMIT -1`;
  if (server.databaseLimit >= 0 && server.databaseConnections >= server.databaseLimit)
    return `ALTER DATABASE ${identifier(server.database)} CONNECTION LIMIT -1`;
  return "end connections to the server that no one needs, or raise its max_connections";
}

export function loginFix(facts: Facts): string {
  const { role, server, login } = facts;
  const name = identifier(role);
  if (!server.canLogin) return `ALTER ROLE ${name} LOGIN`;
  if (server.expired) return `ALTER ROLE ${name} VALID UNTIL 'infinity'`;
  if (!server.mayConnect) return `GRANT CONNECT ON DATABASE ${identifier(server.database)} TO ${name}`;
  if (login?.code === SQLSTATE.tooManyConnections) return connectionsFix(facts);
  if (login?.code === SQLSTATE.transactionTimeout) return setForRole(facts, "transaction_timeout", "0");
  if (login?.code === SQLSTATE.invalidPassword)
    return `ALTER ROLE ${name} PASSWORD '…' -- or use the password that the role has`;
  return "correct the host, IP Allow or TLS setting that the error names";
}
