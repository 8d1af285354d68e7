import { identifier, literal, type Query, queryRows } from "./statement";

/** A logical replication slot of this database that uses pgoutput, and so may read the publication. */
export interface Slot {
  name: string;
  /** pid of the session that is reading it. Null if the slot is inactive. */
  pid: number | null;
  /** How much WAL it retains, such as "16 MB". */
  held: string | null;
  /** Whether its reader named this publication, or only others. Null if that cannot be seen. */
  names: boolean | null;
}

/** Skips whatever is in quotes before the option, since a quoted name may look like the option. */
const START_REPLICATION = literal(
  String.raw`(?i)^\s*START_REPLICATION\y[^(']*\((?:[^']|'(?:[^']|'')*')*?\ypublication_names"?\s+'((?:[^']|'')*)'.*\)\s*;?\s*$`,
);

/** Whether the query `a` names the publication ($1, and $2 in quotes). Null if it names no publications. */
export const namesPublication = `(
  select case when asked.names is not null then exists (
           select from regexp_split_to_table(asked.names, ',') as part
            where btrim(part, E' \\t\\n\\r\\f') = $2 or lower(btrim(part, E' \\t\\n\\r\\f')) = $1) end
    from (select substring(a.query from ${START_REPLICATION})) as asked (names))`;

/**
 * Reads the slots that are not lost, since a lost slot cannot be read any more. An inactive slot does not say which publication
 * its reader will ask for. An active slot does, in the START_REPLICATION that `pg_stat_activity` shows to roles that may see it,
 * unless track_activity_query_size cuts it off. The list is parsed as pgoutput does it: split at commas, unquoted names folded.
 */
export function readSlots(publication: string): Query<Slot[]> {
  return queryRows(
    `
    select s.slot_name as "name", s.active_pid as "pid",
           case when not pg_is_in_recovery() then pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)) end as "held",
           ${namesPublication} as "names"
      from pg_replication_slots s left join pg_stat_activity a on a.pid = s.active_pid
     where s.slot_type = 'logical' and s.plugin = 'pgoutput' and s.database = current_database()
       and s.wal_status is distinct from 'lost'
     order by 1`,
    [publication, identifier(publication)],
  );
}

/** The slots that dropping, replacing or renaming the publication may break. */
export function affectedSlots(slots: Slot[]): Slot[] {
  return slots.filter((slot) => slot.pid === null || slot.names !== false);
}

/** Names the slot without anything that changes from one moment to the next. */
export function nameSlot({ name, pid }: Slot): string {
  return pid === null ? `slot ${name} (inactive)` : `slot ${name} (read by session ${pid})`;
}

export function displaySlot(slot: Slot): string {
  const held = slot.held === null ? "" : `, holding ${slot.held} of WAL`;
  return slot.pid === null
    ? `slot ${slot.name} (inactive${held})`
    : `slot ${slot.name} (read by session ${slot.pid}${held})`;
}
