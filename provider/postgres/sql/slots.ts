import { identifier, literal, type Query, queryRows } from "./statement";

/** A logical replication slot of this database that reads with pgoutput, and so may read our publication. */
export interface Slot {
  name: string;
  /** pid of the session that reads it now. */
  pid: number | null;
  /** WAL it holds back, such as "16 MB". */
  held: string | null;
  /** Whether its reader named this publication, or only others; null where that cannot be seen. */
  names: boolean | null;
}

/** What is in quotes before the option is stepped over as a whole: a name in the list may look like the option. */
const START_REPLICATION = literal(
  String.raw`(?i)^\s*START_REPLICATION\y[^(']*\((?:[^']|'(?:[^']|'')*')*?\ypublication_names"?\s+'((?:[^']|'')*)'.*\)\s*;?\s*$`,
);

/** Whether the query `a` names the publication, $1, which is $2 in quotes; null where it says nothing of publications. */
export const namesPublication = `(
  select case when asked.names is not null then exists (
           select from regexp_split_to_table(asked.names, ',') as part
            where btrim(part, E' \\t\\n\\r\\f') = $2 or lower(btrim(part, E' \\t\\n\\r\\f')) = $1) end
    from (select substring(a.query from ${START_REPLICATION})) as asked (names))`;

/**
 * An inactive slot does not say which publication its reader will ask for. An active one does, in the START_REPLICATION
 * that `pg_stat_activity` shows to those who may see it, as long as it is not cut off by track_activity_query_size.
 * The list in it is read as pgoutput reads it: split at commas, unquoted names folded. What is lost, nobody can read any more.
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

/** The slots that a drop, a replacement or a rename of the publication may break. */
export function affectedSlots(slots: Slot[]): Slot[] {
  return slots.filter((slot) => slot.pid === null || slot.names !== false);
}

/** Without what changes from one moment to the next. */
export function nameSlot({ name, pid }: Slot): string {
  return pid === null ? `slot ${name} (inactive)` : `slot ${name} (read by session ${pid})`;
}

export function displaySlot(slot: Slot): string {
  const held = slot.held === null ? "" : `, holding ${slot.held} of WAL`;
  return slot.pid === null
    ? `slot ${slot.name} (inactive${held})`
    : `slot ${slot.name} (read by session ${slot.pid}${held})`;
}
