import { setTimeout as sleep } from "node:timers/promises";
import { CLICKPIPES_PATIENCE_MS } from "../patience";
import type { Connections } from "../postgres/connections";
import type { Session } from "../postgres/session";
import { readServer, type Server } from "../postgres/sql/server";
import { tableKey } from "../postgres/sql/table";
import { readUnsafe } from "../publication/sql/safety";
import type { MappedTable } from "./check";
import { type Facts, needsNewSlot, replicatesChanges, type Tried, type TriedTable } from "./checks/facts";
import { awaitUntil, type Login, logIn, replicate } from "./probe";
import type { ReadinessQuestion } from "./question";
import { type Readable, readsOf } from "./reads";
import { readNarrowedMembers, readPublicationFacts } from "./sql/publication";
import { readRelationFacts } from "./sql/relations";
import { type OpenTransaction, readOpenTransactions, readServerFacts, readSlotFacts } from "./sql/server";
import { readTableFacts } from "./sql/tables";

/** Most transactions of an application are shorter. Only a longer one is worth a warning. */
const OPEN_MS = 1000;

/** One round trip as the admin, then two logins as the ClickPipes user: one that tries to read, and one for replication. */
export async function gatherFacts(
  postgres: Connections,
  question: ReadinessQuestion,
): Promise<{ server: Server; facts: Facts }> {
  const { role, publication, tables, replicationMode: mode, replicationSlotName: slotName } = question;
  const { allowUnsafeTables } = question;
  const { place, catalog, deadline } = await readCatalogInTime(postgres, question);
  const reads = readsOf(catalog.tables, catalog.relations, mode);
  const [login, replication] = await Promise.all([
    // A role that does not exist cannot log in.
    catalog.server.roleExists ? logIn(postgres, question, deadline, reads) : undefined,
    catalog.server.roleExists && replicatesChanges({ mode }) ? replicate(postgres, question, deadline) : undefined,
  ]);
  const seen = login !== undefined && "session" in login ? login : undefined;
  const facts: Facts = {
    ...{ role, publication, mode, slotName, mapped: tables !== undefined, allowUnsafeTables, ...catalog },
    ...{ tables: withReadings(catalog.tables, reads, seen), relations: withReadings(catalog.relations, reads, seen) },
    login: login !== undefined && "failure" in login ? login.failure : undefined,
    replication: replication !== undefined && "failure" in replication ? replication.failure : undefined,
    ordered: (tables ?? []).filter(hasOwnOrder).map(tableKey),
    ...{ session: seen?.session, hiddenCatalogs: seen?.hiddenCatalogs ?? [] },
  };
  const openTransactions = needsNewSlot(facts) ? await askAgain(postgres, catalog.openTransactions) : [];
  return { server: place, facts: { ...facts, openTransactions } };
}

/** ClickHouse then needs no key of the source. */
function hasOwnOrder({ sortingKeys = [], tableEngine }: MappedTable): boolean {
  return sortingKeys.length > 0 || (tableEngine !== undefined && tableEngine !== "ReplacingMergeTree");
}

/** Each with what the login found out about it. */
function withReadings<T extends Pick<TriedTable, "heldBy"> & Tried>(
  all: T[],
  reads: readonly Readable[],
  login: Login | undefined,
): T[] {
  const found = new Map<object, Tried | undefined>(reads.map(({ facts }, index) => [facts, login?.readings[index]]));
  return all.map((one) => ({ ...one, ...(one.heldBy === null ? found.get(one) : { reading: "held" }) }));
}

type Catalog = Pick<
  Facts,
  "server" | "pub" | "slots" | "tables" | "relations" | "unsafe" | "narrowed" | "openTransactions"
>;

/** `deadline`: one for everything that follows, including a second try of the first query. */
async function readCatalogInTime(
  postgres: Connections,
  question: ReadinessQuestion,
): Promise<{ place: Server; catalog: Catalog; deadline: number }> {
  let deadline = 0;
  const start = () => {
    deadline ||= Date.now() + CLICKPIPES_PATIENCE_MS;
    return Math.min(deadline, Date.now() + postgres.settings.connectTimeout * 1000);
  };
  const answer = await postgres.read(
    (session) => awaitUntil(deadline, readCatalog(session, question), postgres, () => session.abandon()),
    start,
  );
  return { ...answer, deadline };
}

async function readCatalog(session: Session, { role, publication, tables: mapped }: ReadinessQuestion) {
  const [place, server, pub, slots, tables, relations, unsafe, narrowed, openTransactions] = await session.ask(
    readServer,
    readServerFacts(role),
    readPublicationFacts(session.version, publication),
    readSlotFacts(),
    readTableFacts(session.version, role, publication, mapped),
    readRelationFacts(session.version, role, publication, mapped),
    readUnsafe(session.version, null, publication),
    readNarrowedMembers(session.version, publication),
    readOpenTransactions(),
  );
  return { place, catalog: { server, pub, slots, tables, relations, unsafe, narrowed, openTransactions } };
}

/** Waits until the youngest is old enough to count, then returns those that are still open. */
async function askAgain(postgres: Connections, seen: OpenTransaction[]): Promise<OpenTransaction[]> {
  const youngest = Math.min(...seen.map(({ seconds }) => seconds * 1000));
  if (seen.length === 0 || youngest >= OPEN_MS) return seen;
  await sleep(OPEN_MS - youngest);
  const [now] = await postgres.read((session) => session.ask(readOpenTransactions()));
  const open = new Set(now.map(({ xid }) => xid));
  return seen.filter(({ xid }) => open.has(xid));
}
