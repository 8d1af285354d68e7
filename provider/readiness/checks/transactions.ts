import { literal } from "../../postgres/sql/statement";
import type { ReadinessCheck } from "../check";
import type { OpenTransaction, ServerFacts } from "../sql/server";
import { type Facts, needsNewSlot } from "./facts";
import { judge } from "./judge";

/** CREATE_REPLICATION_SLOT waits for every transaction that has written. */
export function transactionChecks(facts: Facts): ReadinessCheck[] {
  const waiting = needsNewSlot(facts) ? facts.openTransactions : [];
  const sessions = waiting.filter(({ gid }) => gid === null);
  const prepared = waiting.filter(({ gid }) => gid !== null);
  const ok = (what: string) =>
    needsNewSlot(facts)
      ? `no ${what} transaction delays a new slot`
      : "the pipe has its slot, and waits for no transaction";
  const pids = sessions.map(({ pid }) => pid).join(", ");
  return [
    judge("openTransactions", sessions.length === 0, ok("open"), {
      status: "warning",
      detail: `creating a slot waits for ${sessions.map(({ pid, user, since }) => `session ${pid} of ${user}, open since ${since}`).join("; ")}`,
      fix: `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.unnest(ARRAY[${pids}]) AS pid -- or wait for them to end`,
    }),
    judge("preparedTransactions", prepared.length === 0, ok("prepared"), {
      status: "warning",
      detail: `creating a slot waits for ${prepared.map(({ gid, database }) => `${literal(gid ?? "")} in database "${database}"`).join("; ")}`,
      fix: `${prepared.map((one) => rollBack(one, facts.server)).join("; ")} -- or COMMIT PREPARED, as the application decides`,
    }),
  ];
}

/** A prepared transaction can only be ended from a session in its own database. */
function rollBack({ gid, database }: OpenTransaction, here: ServerFacts): string {
  const end = `ROLLBACK PREPARED ${literal(gid ?? "")}`;
  return database === here.database ? end : `in database "${database}": ${end}`;
}
