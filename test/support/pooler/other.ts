import type { Client } from "pg";
import { session } from "../postgres/session";

/** Everything that a session has which outlives a transaction: qualified, since its path may be anybody's. */
const SETTINGS = "select name, setting from pg_catalog.pg_settings";
const STATE = `
  select session_user as "session", current_user as "current", pg_catalog.pg_my_temp_schema() as "temp",
         array(select name from pg_catalog.pg_prepared_statements) as "prepared",
         array(select name from pg_catalog.pg_cursors) as "cursors",
         array(select pg_catalog.pg_listening_channels()) as "listening",
         array(select objid from pg_catalog.pg_locks
                where locktype operator(pg_catalog.=) 'advisory' and pid operator(pg_catalog.=) pg_catalog.pg_backend_pid()) as "locks",
         pg_catalog.pg_current_xact_id_if_assigned() as "transaction",
         pg_catalog.current_setting('clickpipes.password', true) as "password"`;

/** Another client of a pooler, the application: what it finds in the session that it shares with us. */
export class OtherClient {
  readonly client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  static async connect(uri: string): Promise<OtherClient> {
    return new OtherClient(await session(uri));
  }

  async finds(): Promise<Record<string, unknown>> {
    const settings = await this.settings();
    const { rows } = await this.client.query(STATE);
    // One that was set for a transaction alone is empty ever after.
    return { settings, state: { ...rows[0], password: rows[0].password || null } };
  }

  async settings(): Promise<Record<string, string>> {
    const { rows } = await this.client.query<{ name: string; setting: string }>(SETTINGS);
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  }

  /** Asks again and again until `work` is done; the settings that were not as before, and how often it asked. */
  async watching(work: () => Promise<unknown>): Promise<{ asked: number; otherwise: string[] }> {
    const before = await this.settings();
    const otherwise = new Set<string>();
    let asked = 0;
    let done = false;
    const ended = work().finally(() => {
      done = true;
    });
    // Told below; until then nobody has looked at it.
    ended.catch(() => {});
    while (!done) {
      const now = await this.settings();
      asked++;
      for (const name of Object.keys(before)) if (now[name] !== before[name]) otherwise.add(`${name} = ${now[name]}`);
    }
    await ended;
    return { asked, otherwise: [...otherwise] };
  }

  end(): Promise<void> {
    return this.client.end();
  }
}
