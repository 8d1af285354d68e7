import { setTimeout as sleep } from "node:timers/promises";
import { CLICKPIPES_PATIENCE_MS } from "../patience";
import type { Connections } from "../postgres/connections";
import type { Session } from "../postgres/session";
import { readServer, type Server } from "../postgres/sql/server";
import { readUnsafe } from "../publication/sql/safety";
import { type Facts, needsNewSlot, replicatesChanges } from "./checks/facts";
import { awaitUntil, type Probe, probe } from "./probe";
import type { ReadinessQuestion } from "./question";
import { readNarrowedMembers, readPublicationFacts } from "./sql/publication";
import { type OpenTransaction, readOpenTransactions, readServerFacts, readSlotFacts } from "./sql/server";
import { readTableFacts } from "./sql/tables";

/** Most transactions of an application are shorter. Only a longer one is worth a warning. */
const OPEN_MS = 1000;

/** One round trip as the admin, then two logins as the ClickPipes user: an ordinary one and one for replication. */
export async function gatherFacts(
  postgres: Connections,
  question: ReadinessQuestion,
): Promise<{ server: Server; facts: Facts }> {
  const { role, publication, tables, replicationMode: mode, replicationSlotName: slotName } = question;
  const { allowUnsafeTables } = question;
  const { place, catalog, deadline } = await readCatalogInTime(postgres, question);
  const none: Probe = {};
  // A role that does not exist cannot log in.
  const attempt = async (replication?: "database"): Promise<Probe> =>
    catalog.server.roleExists ? probe(postgres, question, deadline, replication) : none;
  const [login, replication] = await Promise.all([attempt(), replicatesChanges({ mode }) ? attempt("database") : none]);
  const asked = { role, publication, mode, slotName, mapped: tables !== undefined, allowUnsafeTables };
  const probed = { login: login.failure, replication: replication.failure, timeouts: login.timeouts };
  const facts = { ...asked, ...catalog, ...probed };
  const openTransactions = needsNewSlot(facts) ? await askAgain(postgres, catalog.openTransactions) : [];
  return { server: place, facts: { ...facts, openTransactions } };
}

type Catalog = Pick<Facts, "server" | "pub" | "slots" | "tables" | "unsafe" | "narrowed" | "openTransactions">;

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
  const [place, server, pub, slots, tables, unsafe, narrowed, openTransactions] = await session.ask(
    readServer,
    readServerFacts(role),
    readPublicationFacts(session.version, publication),
    readSlotFacts(),
    readTableFacts(session.version, role, publication, mapped),
    readUnsafe(session.version, null, publication),
    readNarrowedMembers(session.version, publication),
    readOpenTransactions(),
  );
  return { place, catalog: { server, pub, slots, tables, unsafe, narrowed, openTransactions } };
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
