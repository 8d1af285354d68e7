import type { Connections } from "../clients/connections";
import type { Session } from "../clients/session";
import { readUnsafe, type UnsafeTable } from "../sql/publicationSafety";
import type { MappedTable } from "../sql/readiness";
import {
  type PublicationFacts,
  readPublicationFacts,
  readServerFacts,
  readSlotFacts,
  type ServerFacts,
  type SlotFacts,
} from "../sql/readinessRead";
import type { Facts } from "../sql/readinessReport";
import { readTableFacts, type TableFacts } from "../sql/readinessTableRead";
import { readServer, type Server, toServer } from "../sql/server";
import { inTime, probe } from "./readinessProbe";

export interface ReadinessQuestion {
  role: string;
  password: string;
  publication: string;
  tables?: MappedTable[];
  replicationMode: Facts["mode"];
  replicationSlotName?: string;
}

/** ClickPipes gives a source this long to answer, a compute that has to wake included. */
const PATIENCE_MS = 15_000;

/** One round trip as the admin, then two logins as the ClickPipes user: an ordinary one and one for replication. */
export async function gatherFacts(
  postgres: Connections,
  question: ReadinessQuestion,
): Promise<{ server: Server; facts: Facts }> {
  const { role, publication, tables, replicationMode: mode, replicationSlotName: slotName } = question;
  let deadline = 0;
  const start = () => {
    deadline = Date.now() + PATIENCE_MS;
    return Math.min(deadline, Date.now() + postgres.settings.connectTimeout * 1000);
  };
  const { place, catalog } = await postgres.use((session) => {
    const answers = readCatalog(session, question);
    return inTime(answers, deadline, postgres.settings, () => void session.client.end().catch(() => {}));
  }, start);
  // Without its role there is nobody to log in as.
  const attempt = (replication?: "database") =>
    catalog.server.roleExists ? probe(postgres.settings, question, deadline, replication) : undefined;
  const [login, replication] = await Promise.all([attempt(), mode === "snapshot" ? undefined : attempt("database")]);
  const asked = { role, publication, mode, ...(slotName !== undefined && { slotName }), mapped: tables !== undefined };
  return { server: place, facts: { ...asked, ...catalog, login, replication } };
}

type Catalog = Pick<Facts, "server" | "pub" | "slots" | "tables" | "unsafe">;

async function readCatalog(session: Session, question: ReadinessQuestion) {
  const { role, publication, tables } = question;
  const [place, server, pub, slots, tableRows, unsafe] = await session.run(
    readServer,
    readServerFacts(role),
    readPublicationFacts(publication),
    readSlotFacts(),
    readTableFacts(session.version, role, publication, tables),
    readUnsafe(session.version, null, publication),
  );
  const catalog: Catalog = {
    server: server?.rows[0] as unknown as ServerFacts,
    pub: pub?.rows[0] as unknown as PublicationFacts,
    slots: (slots?.rows ?? []) as unknown as SlotFacts[],
    tables: (tableRows?.rows ?? []) as unknown as TableFacts[],
    unsafe: (unsafe?.rows ?? []) as unknown as UnsafeTable[],
  };
  return { place: toServer(place?.rows[0] ?? {}), catalog };
}
