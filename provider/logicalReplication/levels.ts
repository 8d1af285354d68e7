import type { Context } from "../lifecycle/context";
import { foreignServer } from "../neon/errors";
import { readReplica } from "../postgres/errors";
import { readServer } from "../postgres/sql/server";
import { queryOneRow } from "../postgres/sql/statement";
import type { LogicalReplicationOutputs } from "./state";

/** What ClickHouse's guide requires of any Postgres. */
const LEAST_WAL_SENDERS = 2;
const LEAST_SLOTS = 4;

export const LEVELS = queryOneRow<LogicalReplicationOutputs>(`
    select current_setting('wal_level') as "walLevel", current_setting('max_wal_senders')::int as "maxWalSenders",
           current_setting('max_replication_slots')::int as "maxReplicationSlots"`);

/**
 * Reads what the server reports. Refuses a server that reports another project, or that cannot be a source for ClickPipes.
 * `isChanged`: whether this run may have turned logical replication on already.
 */
export async function readLevels(
  { postgres }: Context,
  projectId: string,
  isChanged = false,
): Promise<LogicalReplicationOutputs> {
  const [{ neonProject, inRecovery }, levels] = await postgres.read((session) => session.ask(readServer, LEVELS));
  const { host } = postgres.settings;
  if (neonProject && neonProject !== projectId) throw foreignServer({ host, projectId, found: neonProject, isChanged });
  if (inRecovery) throw readReplica(host);
  return levels;
}

export function warnOfSmallNumbers(context: Context, numbers: LogicalReplicationOutputs): void {
  const { maxWalSenders, maxReplicationSlots } = numbers;
  if (maxWalSenders < LEAST_WAL_SENDERS || maxReplicationSlots < LEAST_SLOTS) {
    context.warn(
      [
        `max_wal_senders = ${maxWalSenders} and max_replication_slots = ${maxReplicationSlots} are too small for ClickPipes.`,
        `ClickPipes needs at least ${LEAST_WAL_SENDERS} and ${LEAST_SLOTS}.`,
        "Ask Neon's support to raise them.",
      ].join("\n"),
    );
  }
}
