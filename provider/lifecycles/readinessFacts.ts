import { type ConnectFailure, connect } from "../clients/connection";
import { explainServerFailure } from "../errors";
import { readUnsafe, type UnsafeTable } from "../sql/publicationSafety";
import type { MappedTable } from "../sql/readiness";
import {
  type PublicationFacts,
  readPublicationFacts,
  readServerFacts,
  readSlotFacts,
  readTableFacts,
  type ServerFacts,
  type SlotFacts,
  type TableFacts,
} from "../sql/readinessRead";
import type { Facts } from "../sql/readinessReport";
import { readServer, type Server, toServer } from "../sql/server";
import type { Context } from "./context";

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
  context: Context,
  question: ReadinessQuestion,
): Promise<{ server: Server; facts: Facts }> {
  const { role, publication, tables, replicationMode: mode, replicationSlotName: slotName } = question;
  const [serverRow, server, pub, slots, tableRows, unsafe] = await context.postgres.use((session) =>
    session.run(
      readServer,
      readServerFacts(role),
      readPublicationFacts(publication),
      readSlotFacts(),
      readTableFacts(session.version, role, publication, tables),
      readUnsafe(session.version, null, publication),
    ),
  );
  const [login, replication] = await Promise.all([
    probe(context, question, false),
    mode === "snapshot" ? undefined : probe(context, question, true),
  ]);
  const facts: Facts = {
    role,
    publication,
    mode,
    ...(slotName !== undefined && { slotName }),
    server: server?.rows[0] as unknown as ServerFacts,
    pub: pub?.rows[0] as unknown as PublicationFacts,
    slots: (slots?.rows ?? []) as unknown as SlotFacts[],
    tables: (tableRows?.rows ?? []) as unknown as TableFacts[],
    unsafe: (unsafe?.rows ?? []) as unknown as UnsafeTable[],
    login,
    replication,
  };
  return { server: toServer(serverRow?.rows[0] ?? {}), facts };
}

/** Why the ClickPipes user cannot connect; undefined where it can. */
async function probe(
  context: Context,
  { role, password }: ReadinessQuestion,
  replication: boolean,
): Promise<string | undefined> {
  const settings = { ...context.postgres.settings, user: role, password };
  try {
    const { client } = await connect(settings, Date.now() + PATIENCE_MS, replication ? "database" : undefined);
    try {
      await client.query(replication ? "IDENTIFY_SYSTEM" : "select 1");
      return undefined;
    } finally {
      await client.end().catch(() => {});
    }
  } catch (error) {
    return explainServerFailure(
      {
        ...(error as ConnectFailure),
        name: "",
        message: (error as Error).message,
        closed: (error as ConnectFailure).closed,
      },
      settings,
    );
  }
}
