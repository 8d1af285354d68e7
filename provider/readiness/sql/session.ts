import { type Query, queryOneRow, type Statement, statement } from "../../postgres/sql/statement";

// What runs in the ClickPipes user's own session, with whatever search path it has.

/** Timeouts that ClickPipes does not override. Null if the server has no such setting. */
export interface SessionTimeouts {
  transaction_timeout: string | null;
  idle_session_timeout: string | null;
}

export interface SessionFacts extends SessionTimeouts {
  /** Whose privileges count. Another role than the one that logged in if a setting of the role or database says so. */
  acting: string;
}

export const readSession: Query<SessionFacts> = queryOneRow(
  `select pg_catalog.current_setting('transaction_timeout', true) as transaction_timeout,
          pg_catalog.current_setting('idle_session_timeout', true) as idle_session_timeout, current_user::text as acting`,
);

/** The catalogs that ClickPipes reads. Everyone may, unless that was revoked. */
const CATALOGS = [
  ...["pg_class", "pg_namespace", "pg_attribute", "pg_index", "pg_constraint", "pg_inherits", "pg_type"],
  ...["pg_publication", "pg_publication_tables", "pg_roles", "pg_settings", "pg_replication_slots"],
] as const;

export const READ_CATALOGS: readonly { catalog: string; statement: Statement }[] = CATALOGS.map((catalog) => ({
  catalog,
  statement: statement(`select from pg_catalog.${catalog} limit 0`),
}));

/** The reads after it wait for no lock, and are not cut off by a setting of the role, which ClickPipes overrides. */
export const SETTLE: readonly Statement[] = [
  statement("set lock_timeout = 100"),
  statement("set statement_timeout = 0"),
];

/** From here on, a read fails where row-level security would change its result. */
export const WITHOUT_ROW_SECURITY = statement("set row_security = off");
