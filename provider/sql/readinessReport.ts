import { explainHazard, type UnsafeTable } from "./publicationSafety";
import type { ReadinessCheck } from "./readiness";
import type { PublicationFacts, ServerFacts, SlotFacts, TableFacts } from "./readinessRead";
import { identifier, literal, qualified } from "./statement";
import { displayTable, type TableName } from "./table";

export interface Facts {
  role: string;
  publication: string;
  mode: "cdc" | "snapshot" | "cdc_only";
  slotName?: string;
  server: ServerFacts;
  pub: PublicationFacts;
  slots: SlotFacts[];
  tables: TableFacts[];
  unsafe: UnsafeTable[];
  /** How the two probes as the ClickPipes user ended: undefined where they succeeded, else why not. */
  login: string | undefined;
  replication: string | undefined;
}

/** Minor versions with the `invalid memory alloc` bug in logical decoding (ClickPipes' FAQ). */
const BAD_MINORS = [170005, 160009, 150013, 140018];

/** What ClickPipes would say of this source, and what it would not say: one line a check, in a fixed order, without anything that changes by itself. */
export function readinessReport(facts: Facts): ReadinessCheck[] {
  const cdc = facts.mode !== "snapshot";
  return [
    ...serverChecks(facts),
    ...roleChecks(facts),
    ...(cdc ? replicationChecks(facts) : []),
    ...tableChecks(facts),
    ...(cdc ? publicationChecks(facts) : []),
  ];
}

type Status = ReadinessCheck["status"];

function judge(
  check: string,
  good: boolean,
  ok: string,
  otherwise: { status?: Status; detail: string; fix: string },
): ReadinessCheck {
  if (good) return { check, status: "ok", detail: ok, fix: "" };
  return { check, status: otherwise.status ?? "blocked", detail: otherwise.detail, fix: otherwise.fix };
}

function serverChecks({ server }: Facts): ReadinessCheck[] {
  const { versionNumber, versionText } = server;
  const bad = BAD_MINORS.includes(versionNumber);
  return [
    judge("version", versionNumber >= 120000 && !bad, `Postgres ${versionText}`, {
      status: bad ? "warning" : "blocked",
      detail: bad
        ? `Postgres ${versionText} has a bug that ends logical decoding with "invalid memory alloc"`
        : `Postgres ${versionText} is older than 12`,
      fix: "upgrade to a newer minor version; on Neon, restart the compute",
    }),
    judge("primary", !server.inRecovery, "a read-write server", {
      detail: "the server is a read replica",
      fix: "use the host of the branch's read-write endpoint",
    }),
  ];
}

function roleChecks({ role, server, login }: Facts): ReadinessCheck[] {
  const name = identifier(role);
  if (!server.roleExists) {
    return [
      {
        check: "role",
        status: "blocked",
        detail: `role "${role}" does not exist`,
        fix: `CREATE ROLE ${name} LOGIN REPLICATION PASSWORD '…'`,
      },
    ];
  }
  const full = server.connectionLimit >= 0 && server.connectionLimit < 3;
  return [
    judge("role", server.canLogin && !server.expired, `role "${role}" may log in`, {
      detail: server.canLogin ? `the password of role "${role}" has expired` : `role "${role}" may not log in`,
      fix: server.canLogin ? `ALTER ROLE ${name} VALID UNTIL 'infinity'` : `ALTER ROLE ${name} LOGIN`,
    }),
    judge("connectionLimit", !full, "enough connections allowed", {
      status: "warning",
      detail: `role "${role}" may hold ${server.connectionLimit} connections; the first load takes several`,
      fix: `ALTER ROLE ${name} CONNECTION LIMIT -1`,
    }),
    judge("connect", server.mayConnect, "may connect to the database", {
      detail: `role "${role}" has no CONNECT on the database`,
      fix: `GRANT CONNECT ON DATABASE … TO ${name}`,
    }),
    judge("login", login === undefined, "logged in as the ClickPipes user", {
      detail: `logging in as "${role}" failed: ${login}`,
      fix: "correct the password, IP Allow or TLS settings that the message names",
    }),
  ];
}

function replicationChecks({ role, server, slots, slotName, mode, replication }: Facts): ReadinessCheck[] {
  const name = identifier(role);
  const own = slots.some((slot) => slot.name === slotName || slot.name.startsWith("peerflow_slot_") || slot.active);
  const waits = [
    ...server.openTransactions,
    ...server.preparedTransactions.map((gid) => `prepared transaction ${gid}`),
  ];
  return [
    judge("walLevel", server.walLevel === "logical", "wal_level = logical", {
      detail: `wal_level = ${server.walLevel}`,
      fix: "turn logical replication on in the Neon project (LogicalReplication); elsewhere ALTER SYSTEM SET wal_level = logical, and restart",
    }),
    judge("replicationRole", server.replication, `role "${role}" has REPLICATION`, {
      detail: `role "${role}" has no REPLICATION of its own; it is not inherited from other roles`,
      fix: `ALTER ROLE ${name} REPLICATION`,
    }),
    judge(
      "replicationConnection",
      replication === undefined,
      "IDENTIFY_SYSTEM answered over a replication connection",
      {
        detail: `a replication connection as "${role}" failed: ${replication}`,
        fix: "use the direct host, and a role with REPLICATION",
      },
    ),
    judge(
      "walSenders",
      server.maxWalSenders >= 2 && (own || server.walSenders < server.maxWalSenders),
      "a walsender is free",
      {
        detail: server.maxWalSenders < 2 ? `max_wal_senders = ${server.maxWalSenders}` : "all walsenders are in use",
        fix:
          server.maxWalSenders < 2
            ? "ALTER SYSTEM SET max_wal_senders = 10, and restart"
            : "end a subscriber that is no longer needed",
      },
    ),
    judge("slots", own || server.slots < server.maxSlots, "a replication slot is free", {
      detail: "all replication slots are in use",
      fix: "SELECT pg_drop_replication_slot('…') for a slot that nobody reads any more",
    }),
    ...slotChecks(slots, slotName, mode),
    judge("openTransactions", own || waits.length === 0, "nothing keeps a new slot waiting", {
      status: "warning",
      detail: `making a slot waits for ${waits.join("; ")}`,
      fix: "end these transactions, or wait for them (COMMIT PREPARED or ROLLBACK PREPARED for prepared ones)",
    }),
  ];
}

function slotChecks(slots: SlotFacts[], slotName: string | undefined, mode: Facts["mode"]): ReadinessCheck[] {
  const lost = slots.filter(({ lost }) => lost).map(({ name }) => name);
  const lostCheck = judge("lostSlots", lost.length === 0, "no slot has lost its WAL", {
    status: "warning",
    detail: `slots without their WAL: ${lost.join(", ")}: their pipes have to be resynced`,
    fix: lost.map((name) => `SELECT pg_drop_replication_slot(${literal(name)})`).join("; "),
  });
  if (slotName === undefined) return [lostCheck];
  const slot = slots.find(({ name }) => name === slotName);
  const good = mode === "cdc_only" ? slot?.plugin === "pgoutput" : slot === undefined || slot.active;
  return [
    lostCheck,
    judge("slotName", good, `slot ${slotName} is as ${mode} needs it`, {
      detail:
        mode === "cdc_only"
          ? `slot ${slotName} does not exist, or not with pgoutput`
          : `slot ${slotName} exists already; with mode ${mode} ClickPipes makes its own`,
      fix:
        mode === "cdc_only"
          ? `SELECT pg_create_logical_replication_slot(${literal(slotName)}, 'pgoutput')`
          : `SELECT pg_drop_replication_slot(${literal(slotName)})`,
    }),
  ];
}

/** One line for all tables that have the same thing wrong, one statement for each of the first few. */
function judgeTables<T extends TableName>(
  check: string,
  wrong: T[],
  ok: string,
  detail: string,
  fix: (table: T) => string,
  status: Status = "blocked",
) {
  const names = wrong.slice(0, 10).map(displayTable).join(", ");
  const more = wrong.length > 10 ? ` and ${wrong.length - 10} more` : "";
  return judge(check, wrong.length === 0, ok, {
    status,
    detail: `${detail}: ${names}${more}`,
    fix: [...new Set(wrong.slice(0, 10).map(fix))].join("; "),
  });
}

function tableChecks({ role, tables, server }: Facts): ReadinessCheck[] {
  const name = identifier(role);
  const there = tables.filter(({ exists }) => exists);
  const roleKnown = server.roleExists;
  return [
    judge("tables", tables.length > 0, `${tables.length} tables`, {
      detail: "there is no table to replicate",
      fix: "add tables to the publication, or give `tables`",
    }),
    judgeTables(
      "tablesExist",
      tables.filter(({ exists }) => !exists),
      "all tables exist",
      "no such table",
      () => "create it, or take it out of `tables`",
    ),
    judgeTables(
      "tableNames",
      tables.filter((table) => /\./.test(table.schema + table.name)),
      "ClickPipes can name all tables",
      "ClickPipes cannot name tables with a dot",
      (table) => `ALTER TABLE ${qualified(table)} RENAME TO …`,
    ),
    judgeTables(
      "tableKinds",
      there.filter(({ kind, persistent }) => !["r", "p"].includes(kind) || !persistent),
      "all are ordinary or partitioned tables",
      "not an ordinary, logged table",
      (table) => `publish the table behind ${qualified(table)}, or ALTER TABLE … SET LOGGED`,
    ),
    judgeTables(
      "partitions",
      there.filter(({ partition }) => partition),
      "no partition stands for its parent",
      "a partition is mapped instead of its parent",
      () => "map the partitioned table, with publish_via_partition_root",
      "warning",
    ),
    judgeTables(
      "usage",
      there.filter(({ usage }) => roleKnown && !usage),
      `role "${role}" has USAGE on all schemas`,
      `role "${role}" has no USAGE on the schema of`,
      ({ schema }) => `GRANT USAGE ON SCHEMA ${identifier(schema)} TO ${name}`,
    ),
    judgeTables(
      "select",
      there.filter(({ selectable }) => roleKnown && !selectable),
      `role "${role}" may read all tables`,
      `role "${role}" may not read all columns of`,
      (table) => `GRANT SELECT ON ${qualified(table)} TO ${name}`,
    ),
    judgeTables(
      "identity",
      there.filter(lacksIdentity),
      "every table identifies its rows",
      "neither a usable primary key nor another replica identity",
      (table) => `ALTER TABLE ${qualified(table)} REPLICA IDENTITY FULL`,
    ),
    judgeTables(
      "rowSecurity",
      there.filter(({ rowSecurity }) => rowSecurity && !server.bypassRls),
      "row-level security hides nothing",
      `row-level security may hide rows from "${role}", and the first load would miss them silently`,
      (table) => `CREATE POLICY clickpipes ON ${qualified(table)} FOR SELECT TO ${name} USING (true)`,
      "warning",
    ),
    judgeTables(
      "generatedKey",
      there.filter(({ generatedInKey }) => generatedInKey),
      "no key holds a generated column",
      "a generated column in the key comes as NULL",
      (table) => `ALTER TABLE ${qualified(table)} REPLICA IDENTITY USING INDEX …, without the generated column`,
    ),
    judgeTables(
      "generatedColumns",
      there.filter(({ generated, generatedInKey }) => generated.length > 0 && !generatedInKey),
      "no generated columns",
      "generated columns are in the first load, and NULL in later changes",
      () => "list them in `excludedColumns`",
      "warning",
    ),
  ];
}

function lacksIdentity({ identity, hasKey, hasIdentityIndex }: TableFacts): boolean {
  return identity === "n" || (identity === "d" && !hasKey) || (identity === "i" && !hasIdentityIndex);
}

function publicationChecks({ publication, pub, tables, unsafe }: Facts): ReadinessCheck[] {
  const name = identifier(publication);
  if (!pub.exists) {
    return [
      {
        check: "publication",
        status: "blocked",
        detail: `publication "${publication}" does not exist`,
        fix: `CREATE PUBLICATION ${name} FOR TABLE …`,
      },
    ];
  }
  const there = tables.filter(({ exists }) => exists);
  const mapped = new Set(there.filter(lacksIdentity).map(displayTable));
  const others = unsafe.filter((table) => !mapped.has(displayTable(table)));
  return [
    judge("publication", true, `publication "${publication}" exists`, { detail: "", fix: "" }),
    judgeTables(
      "published",
      there.filter(({ published }) => !published),
      "all tables are published",
      "not in the publication",
      (table) =>
        table.kind === "p" && !pub.viaRoot
          ? `ALTER PUBLICATION ${name} SET (publish_via_partition_root = true)`
          : `ALTER PUBLICATION ${name} ADD TABLE ${qualified(table)}`,
    ),
    judge("operations", pub.missingOperations.length === 0, "INSERT, UPDATE and DELETE are published", {
      status: "warning",
      detail: `not published: ${pub.missingOperations.join(", ")}`,
      fix: `ALTER PUBLICATION ${name} SET (publish = 'insert, update, delete, truncate')`,
    }),
    judge(
      "viaRoot",
      pub.viaRoot || !there.some(({ kind }) => kind === "p"),
      "partitioned tables are published as themselves",
      {
        detail: "changes of partitioned tables come under the names of their partitions",
        fix: `ALTER PUBLICATION ${name} SET (publish_via_partition_root = true)`,
      },
    ),
    judgeTables(
      "columns",
      there.filter(({ unpublishedColumns }) => unpublishedColumns.length > 0),
      "all columns are published",
      "columns are not published, and not excluded either",
      (table) => `list ${table.unpublishedColumns.join(", ")} in \`excludedColumns\`, or publish them`,
      "warning",
    ),
    judgeTables(
      "filters",
      there.filter(({ filtered }) => filtered),
      "no row filter",
      "a row filter keeps changes from ClickHouse",
      (table) => `ALTER PUBLICATION ${name} SET TABLE ${qualified(table)}, without WHERE`,
      "warning",
    ),
    judgeTables(
      "applicationWrites",
      others,
      "no published table loses its UPDATEs or DELETEs",
      "UPDATE or DELETE fails in the application",
      (table) => explainHazard(table).fix,
    ),
  ];
}
