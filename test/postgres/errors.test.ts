import { describe, expect, test } from "vitest";
import {
  displayBlocker,
  explainServerFailure,
  isServerFailure,
  isUnreachable,
  lockedOut,
  pooledHost,
  readReplica,
  type ServerFailure,
  serverWords,
} from "../../provider/postgres/errors";

const SERVER = { host: "db.example.com", port: 5432, database: "app", user: "admin" };
const failure = (message: string, more: Partial<ServerFailure>): ServerFailure =>
  Object.assign(new Error(message), more);

describe("a failure to connect", () => {
  const CANNOT = 'cannot connect to db.example.com:5432, database "app", as "admin"';

  test.each([
    { code: "ECONNREFUSED", why: "nothing listens there", fix: "Check host and port." },
    { code: "ENOTFOUND", why: "no such host", fix: "Check the host name." },
    {
      code: "EAI_AGAIN",
      why: "the host name could not be looked up",
      fix: "Check the host name and this machine's DNS.",
    },
    { code: "28P01", name: "invalid_password", why: "the password was refused" },
    {
      ...{ code: "28000", name: "invalid_authorization", why: "the server does not let this user in from here" },
      fix: "Check the user, pg_hba.conf or IP Allow.",
    },
    { code: "3D000", name: "invalid_catalog_name", why: "no such database", fix: "Check the name of the database." },
    {
      ...{ code: "53300", name: "too_many_connections" },
      why: "all connections of the server, or all that this user may have, are in use",
      fix: "End some of them, then run the command again.",
    },
    {
      ...{ code: "SELF_SIGNED_CERT_IN_CHAIN", why: "this machine does not trust the server's certificate" },
      fix:
        "Check the host. If the certificate is right, set `sslrootcert` to the certificate of the authority that signed it, " +
        "run `pulumi up`, then try again (to destroy right away, add `--run-program`).",
    },
    { code: "42501", name: "insufficient_privilege" },
  ])("with $code has the error and, if they are known, the cause and the fix", ({ code, name, why, fix }) => {
    expect(explainServerFailure(failure("not today", { code, closed: false }), SERVER)).toBe(
      [
        `${CANNOT}${why === undefined ? "" : `: ${why}`}.`,
        `The error was: not today (${name === undefined ? code : `${code} ${name}`}).`,
        ...(fix === undefined ? [] : [fix]),
      ].join("\n"),
    );
  });

  test("without a code has the error, and no cause", () => {
    const closed = failure("Connection terminated.", { closed: true });
    expect(explainServerFailure(closed, SERVER)).toBe(`${CANNOT}.\nThe error was: Connection terminated.`);
  });

  test("of another user names that user", () => {
    const refused = failure("no", { closed: false, user: "reader" });
    expect(explainServerFailure(refused, SERVER)).toContain('as "reader".');
  });
});

describe("a failure of a statement", () => {
  test("without a severity is a lost connection", () => {
    expect(explainServerFailure(failure("read ECONNRESET", { statement: { text: "select 1" } }), SERVER)).toBe(
      "lost the connection to Postgres at db.example.com:5432.\n" +
        "The error was: read ECONNRESET.\n" +
        "Run the command again once the server is back.",
    );
  });

  test.each([
    {
      code: "57014",
      name: "query_canceled",
      advice: [
        "The statement took longer than the provider's `statementTimeout`, or another user cancelled it.",
        "Run the command again when the server is less busy, or raise `statementTimeout`.",
      ],
    },
    {
      code: "25006",
      name: "read_only_sql_transaction",
      advice: [
        "Sessions of this user in this database are read-only (SHOW default_transaction_read_only).",
        "Allow the admin to write (ALTER ROLE … SET default_transaction_read_only = off), then run the command again.",
      ],
    },
    {
      code: "53100",
      name: "disk_full",
      advice: [
        "The server has no disk space left.",
        "Free some (on Neon, the cause may be the project's storage limit), then run the command again.",
      ],
    },
    { code: "42501", name: "insufficient_privilege", advice: [] },
  ])("with $code is quoted, with the advice that is known", ({ code, name, advice }) => {
    const refused = failure("not today", { code, severity: "ERROR" });
    const first = `Postgres at db.example.com:5432 refused: not today (${code} ${name}).`;
    expect(explainServerFailure(refused, SERVER)).toBe([first, ...advice].join("\n"));
  });

  const WORDS = { detail: "A detail.", hint: "A hint.", where: "line 1" };

  test("is quoted with its detail, hint and context", () => {
    const words = serverWords(failure("no", { code: "42501", ...WORDS }));
    expect(words).toBe("no (42501 insufficient_privilege).\n  Detail: A detail.\n  Hint: A hint.\n  Context: line 1");
  });

  test("is quoted without them if the statement carries a password", () => {
    const secret = failure("no", { ...WORDS, statement: { text: "alter role", secret: true } });
    expect(serverWords(secret)).toBe("no.");
  });
});

describe("what an error says about the database", () => {
  test.each([
    { what: "a failure to connect", error: failure("", { closed: true }), unreachable: true, server: true },
    {
      what: "a lost connection",
      error: failure("", { statement: { text: "" } }),
      ...{ unreachable: true, server: true },
    },
    { what: "an error of the server", error: failure("", { severity: "ERROR" }), unreachable: false, server: true },
    { what: "a refusal of this package", error: readReplica("db"), unreachable: false, server: false },
    { what: "an error of Node.js", error: new Error(""), unreachable: true, server: false },
    { what: "anything that is no error", error: "text", unreachable: false, server: false },
  ])("$what: unreachable is $unreachable, and an error of the server is $server", (given) => {
    expect(isUnreachable(given.error)).toBe(given.unreachable);
    expect(isServerFailure(given.error)).toBe(given.server);
  });
});

describe("a refusal", () => {
  const since = "2026-01-01 10:00:00+00";

  test.each([
    [{ pid: 7, user: "app", since }, `pid 7 (user app, since ${since})`],
    [{ pid: 7, user: null, since: null }, "pid 7 (user unknown, since unknown)"],
    [{ pid: null, user: "app", since, prepared: "tx-1" }, `prepared transaction 'tx-1' (user app, since ${since})`],
  ])("names the holder %j of a lock as %s", (blocker, text) => {
    expect(displayBlocker(blocker)).toBe(text);
  });

  test.each([
    {
      holders: "those who hold it",
      blockers: [
        { pid: 7, user: "app", since },
        { pid: 8, user: "etl", since },
      ],
      line: `It is held by pid 7 (user app, since ${since}), pid 8 (user etl, since ${since}).`,
    },
    { holders: "no one", blockers: [], line: "The session that holds it could not be identified." },
  ])("of a lock names $holders", ({ blockers, line }) => {
    const cause = new Error("canceling statement due to lock timeout");
    expect(lockedOut(blockers, { tries: 3, seconds: 5 }, cause)).toMatchObject({
      kind: "lockedOut",
      message: [
        "could not get a lock in 3 tries of 5 s (canceling statement due to lock timeout, 55P03 lock_not_available).",
        line,
        "This transaction changed nothing. Run the command again when the lock is released.",
      ].join("\n"),
    });
  });

  test("of a pooler names the direct host", () => {
    expect(pooledHost("ep-1-pooler.neon.tech", "ep-1.neon.tech").message).toBe(
      "host ep-1-pooler.neon.tech is Neon's connection pooler.\n" +
        "It supports neither replication nor session settings.\n" +
        "Use the direct host, ep-1.neon.tech.",
    );
  });
});
