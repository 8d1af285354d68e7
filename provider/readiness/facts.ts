import { setTimeout as sleep } from "node:timers/promises";
import type { Connections } from "../postgres/connections";
import type { Session } from "../postgres/session";
import { readServer, type Server, toServer } from "../postgres/sql/server";
import { readUnsafe, type UnsafeTable } from "../publication/sql/safety";
import type { MappedTable } from "./check";
import type { Facts } from "./checks/facts";
import { isOwn } from "./checks/slots";
import { inTime, probe } from "./probe";
import {
  type NarrowedMember,
  type OpenTransaction,
  type PublicationFacts,
  readNarrowedMembers,
  readOpenTransactions,
  readPublicationFacts,
  readServerFacts,
  readSlotFacts,
  type ServerFacts,
  type SlotFacts,
} from "./sql/server";
import { readTableFacts, type TableFacts } from "./sql/tables";

export interface ReadinessQuestion {
  role: string;
  password: string;
  publication: string;
  tables?: MappedTable[];
  replicationMode: Facts["mode"];
  replicationSlotName?: string;
  allowUnsafeTables?: boolean;
}

/** ClickPipes gives a source this long to answer, a compute that has to wake included. */
const PATIENCE_MS = 15_000;

/** Most transactions of an application are over within that: only what stays open is worth a word. */
const OPEN_MS = 1000;

/** One round trip as the admin, then two logins as the ClickPipes user: an ordinary one and one for replication. */
export async function gatherFacts(
  postgres: Connections,
  question: ReadinessQuestion,
): Promise<{ server: Server; facts: Facts }> {
  const {
    role,
    publication,
    tables,
    replicationMode: mode,
    replicationSlotName: slotName,
    allowUnsafeTables,
  } = question;
  let deadline = 0;
  const start = () => {
    // One for all that follows, a second try of the first question included.
    deadline ||= Date.now() + PATIENCE_MS;
    return Math.min(deadline, Date.now() + postgres.settings.connectTimeout * 1000);
  };
  const { place, catalog } = await postgres.read((session) => {
    const answers = readCatalog(session, question);
    return inTime(answers, deadline, postgres.settings, () => session.abandon());
  }, start);
  // Without its role there is nobody to log in as.
  const attempt = (replication?: "database") =>
    catalog.server.roleExists ? probe(postgres.settings, question, deadline, replication) : undefined;
  const [login, replication] = await Promise.all([attempt(), mode === "snapshot" ? undefined : attempt("database")]);
  const probed = { login: login?.failure, replication: replication?.failure, timeouts: login?.timeouts };
  const asked = {
    ...{ role, publication, mode, mapped: tables !== undefined },
    ...(slotName !== undefined && { slotName }),
    ...(allowUnsafeTables && { allowUnsafeTables }),
  };
  const facts = { ...asked, ...catalog, ...probed };
  // Once there is a slot, nothing has to wait for anybody.
  const waits = mode !== "snapshot" && !catalog.slots.some((slot) => isOwn(slot, facts));
  const openTransactions = waits ? await stillOpen(postgres, catalog.openTransactions) : [];
  return { server: place, facts: { ...facts, openTransactions } };
}

/** Asks again after the young ones. */
async function stillOpen(postgres: Connections, seen: OpenTransaction[]): Promise<OpenTransaction[]> {
  const youngest = Math.min(...seen.map(({ seconds }) => seconds * 1000));
  if (seen.length === 0 || youngest >= OPEN_MS) return seen;
  await sleep(OPEN_MS - youngest);
  const [now] = await postgres.read((session) => session.run(readOpenTransactions()));
  const open = new Set(now?.rows.map(({ xid }) => xid));
  return seen.filter(({ xid }) => open.has(xid));
}

type Catalog = Pick<Facts, "server" | "pub" | "slots" | "tables" | "unsafe" | "narrowed" | "openTransactions">;

async function readCatalog(session: Session, question: ReadinessQuestion) {
  const { role, publication, tables } = question;
  const [place, server, pub, slots, tableRows, unsafe, narrowed, open] = await session.run(
    readServer,
    readServerFacts(role),
    readPublicationFacts(session.version, publication),
    readSlotFacts(),
    readTableFacts(session.version, role, publication, tables),
    readUnsafe(session.version, null, publication),
    readNarrowedMembers(session.version, publication),
    readOpenTransactions(),
  );
  const catalog: Catalog = {
    server: server?.rows[0] as unknown as ServerFacts,
    pub: pub?.rows[0] as unknown as PublicationFacts,
    slots: (slots?.rows ?? []) as unknown as SlotFacts[],
    tables: (tableRows?.rows ?? []) as unknown as TableFacts[],
    unsafe: (unsafe?.rows ?? []) as unknown as UnsafeTable[],
    narrowed: (narrowed?.rows ?? []) as unknown as NarrowedMember[],
    openTransactions: (open?.rows ?? []) as unknown as OpenTransaction[],
  };
  return { place: toServer(place?.rows[0] ?? {}), catalog };
}
