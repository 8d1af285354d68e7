import { asSuperuser } from "../postgres/superuser";
import type { Compute } from "./compute";

/** Neon's rule (`compute_tools/src/monitor.rs`): who is connected and does nothing does not count, a reader of changes does. */
const IN_USE = (sinceMs: number): string => `
  select count(*)::int as sessions from pg_stat_activity
   where backend_type in ('client backend', 'walsender') and usename <> 'cloud_admin'
     and (state <> 'idle' or state_change > clock_timestamp() - interval '${sinceMs} milliseconds')`;

/** Stops the compute once nobody has used it for `afterMs`, cutting idle connections. */
export function startScaleToZero(compute: Compute, afterMs: number): { stop(): Promise<void> } {
  let look: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    look = look.then(() => suspendIfUnused(compute, afterMs));
  }, afterMs / 2);
  return {
    async stop() {
      clearInterval(timer);
      await look;
    },
  };
}

async function suspendIfUnused(compute: Compute, afterMs: number): Promise<void> {
  if (compute.state === "idle" || Date.now() - compute.lastActive.getTime() < afterMs) return;
  try {
    const [found] = await asSuperuser<{ sessions: number }>(compute.server, "postgres", [IN_USE(afterMs)]);
    if (found?.sessions === 0) await compute.suspend();
  } catch {
    // It stops or starts just now: the next look tells.
  }
}
