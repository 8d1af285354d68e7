import type { ReadinessCheck } from "../../../provider/readiness/check";
import type { Facts, TriedTable } from "../../../provider/readiness/checks/facts";
import { readinessReport } from "../../../provider/readiness/checks/report";
import type { SlotFacts } from "../../../provider/readiness/sql/server";
import type { TableFacts } from "../../../provider/readiness/sql/tables";

/** A table with nothing wrong. */
export const TABLE: TableFacts = {
  ...{ schema: "public", name: "orders", exists: true, kind: "r", persistent: true, partition: false },
  ...{ usage: true, selectable: true, columns: null, columnless: false, unknownColumns: [] },
  ...{
    rowSecurity: false,
    showsRows: true,
    narrowedBy: [],
    rowsHeldBy: null,
    heldBy: null,
    secured: false,
    subject: false,
  },
  ...{ identity: "d", key: ["id"], hasKey: true, hasIdentityIndex: false, otherIndex: null, otherColumns: null },
  ...{ generated: [], virtual: [], generatedInKey: false },
  ...{ member: true, published: true, publishedParent: null, listed: null, unpublishedColumns: [] },
  ...{ filter: null, filtered: false, filterHeldBy: null },
};

/** A source with nothing wrong, before it has a pipe. */
export const FACTS: Facts = {
  ...{
    role: "reader",
    publication: "pipe",
    mode: "cdc",
    mapped: false,
    slots: [],
    tables: [TABLE],
    relations: [],
    unsafe: [],
  },
  ...{
    login: undefined,
    replication: undefined,
    session: undefined,
    hiddenCatalogs: [],
    ordered: [],
    narrowed: [],
    openTransactions: [],
  },
  server: {
    ...{ versionNumber: 170010, versionText: "17.10", database: "app", neon: false, inRecovery: false },
    ...{ walLevel: "logical", maxWalSenders: 10, walSenders: 0, maxSlots: 10, slots: 0 },
    ...{ roleExists: true, canLogin: true, replication: true, expired: false, connectionLimit: -1, connections: 0 },
    ...{ databaseLimit: -1, databaseConnections: 1, mayConnect: true },
  },
  pub: { exists: true, viaRoot: true, allTables: false, missingOperations: [], ofSchemas: false },
};

/** The slot of a pipe that is running. */
export const SLOT: SlotFacts = {
  ...{ name: "peerflow_slot_orders", plugin: "pgoutput", here: true, active: true, reader: "reader", lost: false },
};

/** One case of a table of cases: with these facts, the report has exactly these lines that are not `ok`. */
export interface Case {
  when: string;
  facts: Facts;
  finds: ReadinessCheck[];
}

export function withServer(server: Partial<Facts["server"]>, facts: Partial<Facts> = {}): Facts {
  return { ...FACTS, ...facts, server: { ...FACTS.server, ...server } };
}

export function withTable(table: Partial<TriedTable>, facts: Partial<Facts> = {}): Facts {
  return { ...FACTS, ...facts, tables: [{ ...TABLE, ...table }] };
}

export function withPublication(pub: Partial<Facts["pub"]>, facts: Partial<Facts> = {}): Facts {
  return { ...FACTS, ...facts, pub: { ...FACTS.pub, ...pub } };
}

export function blocked(check: string, detail: string, fix: string): ReadinessCheck {
  return { check, status: "blocked", detail, fix };
}

export function warning(check: string, detail: string, fix: string): ReadinessCheck {
  return { check, status: "warning", detail, fix };
}

/** The lines that are not `ok`, without what is unknown. */
export function wrongIn(facts: Facts): ReadinessCheck[] {
  const wrong = readinessReport(facts).filter(({ status }) => status !== "ok");
  return wrong.map(({ unread, ...line }) => line);
}
