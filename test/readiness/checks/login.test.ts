import { describe, expect, test } from "vitest";
import { readinessReport } from "../../../provider/readiness/checks/report";
import { blocked, type Case, FACTS, SLOT, warning, withServer, wrongIn } from "../../support/readiness/facts";

const LEFTOVER =
  "slots that no one reads, of a paused pipe or left by an earlier one, and that keep WAL: peerflow_slot_orders";
const DROP_SLOT =
  "SELECT pg_catalog.pg_drop_replication_slot('peerflow_slot_orders') -- if no pipe needs them any more";
const UNLIMITED = 'ALTER ROLE "reader" CONNECTION LIMIT -1';
const NO_EXPIRY = `ALTER ROLE "reader" VALID UNTIL 'infinity'`;
const LOGIN = 'ALTER ROLE "reader" LOGIN';
const CONNECT = 'GRANT CONNECT ON DATABASE "app" TO "reader"';
const failed = (text: string) => `logging in as "reader" failed: ${text}`;

const CASES: Case[] = [
  {
    when: "the server is a read replica",
    facts: withServer({ inRecovery: true }),
    finds: [
      blocked(
        "primary",
        "the server is a read replica",
        "use the host of the primary; on Neon, that of the branch's read-write endpoint",
      ),
    ],
  },
  {
    when: "Postgres is older than 12",
    facts: withServer({ versionNumber: 110022, versionText: "11.22" }),
    finds: [blocked("version", "Postgres 11.22 is older than 12", "upgrade Postgres")],
  },
  { when: "Postgres is 12.0", facts: withServer({ versionNumber: 120000, versionText: "12.0" }), finds: [] },
  {
    when: "the minor version breaks logical decoding",
    facts: withServer({ versionNumber: 170005, versionText: "17.5" }),
    finds: [
      warning(
        "version",
        'Postgres 17.5 has a bug that makes logical decoding fail with "invalid memory alloc"',
        "upgrade to a newer minor version; on Neon, restart the compute",
      ),
    ],
  },
  {
    when: "the role does not exist, which leaves nothing to say about its login and its privileges",
    facts: withServer({ roleExists: false, canLogin: false, replication: false, mayConnect: false }),
    finds: [blocked("role", 'role "reader" does not exist', `CREATE ROLE "reader" LOGIN REPLICATION PASSWORD '…'`)],
  },
  {
    when: "the role has no LOGIN",
    facts: withServer({ canLogin: false }),
    finds: [blocked("role", 'role "reader" is not permitted to log in', LOGIN)],
  },
  {
    when: "the password has expired",
    facts: withServer({ expired: true }),
    finds: [blocked("role", 'the password of role "reader" has expired', NO_EXPIRY)],
  },
  {
    when: "the role is limited to 2 connections",
    facts: withServer({ connectionLimit: 2 }),
    finds: [
      warning("connectionLimit", 'role "reader" is limited to 2 connections; the initial load uses several', UNLIMITED),
    ],
  },
  {
    when: "the role is allowed no connection",
    facts: withServer({ connectionLimit: 0 }),
    finds: [
      blocked("connectionLimit", 'role "reader" is limited to 0 connections; the initial load uses several', UNLIMITED),
    ],
  },
  { when: "the role is limited to 3 connections", facts: withServer({ connectionLimit: 3 }), finds: [] },
  {
    when: "the role lacks CONNECT",
    facts: withServer({ mayConnect: false }),
    finds: [blocked("connect", 'role "reader" has no CONNECT on database "app"', CONNECT)],
  },
  {
    when: "both timeouts are set",
    facts: { ...FACTS, session: { acting: "reader", transaction_timeout: "1min", idle_session_timeout: "5s" } },
    finds: [
      warning(
        "timeouts",
        'sessions of "reader" have transaction_timeout = 1min and idle_session_timeout = 5s, which cuts off a longer initial load',
        'ALTER ROLE "reader" IN DATABASE "app" SET transaction_timeout = 0; ' +
          'ALTER ROLE "reader" IN DATABASE "app" SET idle_session_timeout = 0',
      ),
    ],
  },
  {
    when: "the password is wrong",
    facts: { ...FACTS, login: { text: "no", code: "28P01" } },
    finds: [
      blocked("login", failed("no"), `ALTER ROLE "reader" PASSWORD '…' -- or use the password that the role has`),
    ],
  },
  {
    when: "the login fails for lack of LOGIN",
    facts: withServer({ canLogin: false }, { login: { text: "no", code: "28000" } }),
    finds: [blocked("role", 'role "reader" is not permitted to log in', LOGIN), blocked("login", failed("no"), LOGIN)],
  },
  {
    when: "the login fails because the password has expired",
    facts: withServer({ expired: true }, { login: { text: "no", code: "28P01" } }),
    finds: [
      blocked("role", 'the password of role "reader" has expired', NO_EXPIRY),
      blocked("login", failed("no"), NO_EXPIRY),
    ],
  },
  {
    when: "the login fails for lack of CONNECT",
    facts: withServer({ mayConnect: false }, { login: { text: "no", code: "42501" } }),
    finds: [
      blocked("connect", 'role "reader" has no CONNECT on database "app"', CONNECT),
      blocked("login", failed("no"), CONNECT),
    ],
  },
  {
    when: "all connections of the role are in use, and no pipe is running",
    facts: withServer({ connectionLimit: 3, connections: 3 }, { login: { text: "too many", code: "53300" } }),
    finds: [blocked("login", failed("too many"), UNLIMITED)],
  },
  {
    when: "all connections of the role are in use, by its running pipe",
    facts: { ...FACTS, login: { text: "too many", code: "53300" }, slots: [SLOT] },
    finds: [],
  },
  {
    when: "all connections of the role are in use, and its pipe is paused",
    facts: { ...FACTS, login: { text: "too many", code: "53300" }, slots: [{ ...SLOT, active: false, reader: null }] },
    finds: [
      blocked(
        "login",
        failed("too many"),
        "end connections to the server that no one needs, or raise its max_connections",
      ),
      warning("leftoverSlots", LEFTOVER, DROP_SLOT),
    ],
  },
  {
    when: "all connections of the database are in use",
    facts: withServer({ databaseLimit: 5, databaseConnections: 5 }, { login: { text: "too many", code: "53300" } }),
    finds: [blocked("login", failed("too many"), 'ALTER DATABASE "app" CONNECTION LIMIT -1')],
  },
  {
    when: "sessions of the role act as another role",
    facts: { ...FACTS, session: { acting: "app", transaction_timeout: null, idle_session_timeout: "0" } },
    finds: [
      warning(
        "actingRole",
        'sessions of "reader" act as "app", so that role\'s privileges count',
        'ALTER ROLE "reader" IN DATABASE "app" SET role = none',
      ),
    ],
  },
  {
    when: "the role may not read a catalog",
    facts: {
      ...FACTS,
      session: { acting: "reader", transaction_timeout: null, idle_session_timeout: "0" },
      hiddenCatalogs: ["pg_publication", "pg_publication_tables"],
    },
    finds: [
      blocked(
        "catalogs",
        'role "reader" cannot read pg_catalog.pg_publication, pg_catalog.pg_publication_tables',
        'GRANT SELECT ON pg_catalog.pg_publication, pg_catalog.pg_publication_tables TO "reader"',
      ),
    ],
  },
  {
    when: "a transaction timeout ends the login",
    facts: { ...FACTS, login: { text: "late", code: "25P04" } },
    finds: [blocked("login", failed("late"), 'ALTER ROLE "reader" IN DATABASE "app" SET transaction_timeout = 0')],
  },
  {
    when: "the login fails for a reason outside the database",
    facts: { ...FACTS, login: { text: "connect ECONNREFUSED" } },
    finds: [
      blocked(
        "login",
        failed("connect ECONNREFUSED"),
        "correct the host, IP Allow or TLS setting that the error names",
      ),
    ],
  },
];

describe("the report on server and role, if", () => {
  test.each(CASES)("$when", ({ facts, finds }) => {
    expect(wrongIn(facts)).toEqual(finds);
  });
});

test("the report on a server that cannot be asked for its timeouts has no line for them", () => {
  const checks = readinessReport({ ...FACTS, login: { text: "no" } }).map(({ check }) => check);
  expect(checks).not.toContain("timeouts");
});
