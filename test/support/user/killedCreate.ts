import { vi } from "vitest";
import { type Boundary, boundariesOf, breakAt } from "../boundaries";
import { briefly } from "../interruption";
import { inNewProcess } from "../newProcess";
import { type Admin, startDatabase, type TestDatabase } from "../postgres/database";
import { logsIn } from "../postgres/login";
import type { PostgresVersion } from "../postgres/servers";
import { startWire, type Wire } from "../wire/recording";
import { ManagedUser } from "./managedUser";

type Values = Record<string, unknown>;

/** A server behind a wire that kills the process of a create at any of its statements. */
export class KilledCreates {
  readonly db: TestDatabase;
  readonly #wire: Wire;

  private constructor(db: TestDatabase, wire: Wire) {
    this.db = db;
    this.#wire = wire;
  }

  static async start(version: PostgresVersion, admin: Admin): Promise<KilledCreates> {
    const db = await startDatabase(version, admin);
    const { hostname, port } = new URL(db.uri);
    return new KilledCreates(db, await startWire({ host: hostname, port: Number(port) }));
  }

  async stop(): Promise<void> {
    await this.#wire.stop();
    await this.db.stop();
  }

  /** The places at which such a create can be killed, that of its login included. */
  async boundariesOf(name: string, args: Values): Promise<Boundary[]> {
    const user = await this.#begin(name);
    const all = await boundariesOf(this.#wire, () => user.up(args));
    await this.#end(user);
    // After the answer is before the next statement.
    return all.filter(({ point }) => point !== "after answer");
  }

  /** Starts a create, kills its process at the boundary, and returns the resource as the next run has it: without a state. */
  async killedAt(boundary: Boundary, name: string, args: Values): Promise<ManagedUser> {
    const doomed = await this.#begin(name);
    const refuse = () => void this.#wire.refuse();
    const cut = await breakAt(this.#wire, boundary, () => doomed.up(args).catch(() => {}), refuse);
    if (cut) await this.#wire.accept();
    if (!cut) throw new Error(`the create did not reach ${JSON.stringify(boundary)}`);
    this.#wire.cutAll();
    await this.#settled(name);
    const next = new ManagedUser(name, this.db.config);
    await inNewProcess(next);
    return next;
  }

  /** What the resource and its role are, without what differs from one life to the next. */
  async describe(user: ManagedUser, ...names: string[]): Promise<unknown> {
    const { name, password, token, adopted } = user.outputs;
    const [role] = await this.db.query(
      `select rolcanlogin, rolreplication, rolsuper, rolconnlimit, rolvaliduntil,
              shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = $1`,
      [name],
    );
    const text = names.reduce((all, one) => all.replaceAll(one, "NAME"), JSON.stringify(role));
    return {
      role: JSON.parse(text.replaceAll(String(token), "TOKEN")),
      login: await logsIn(this.db, String(name), password),
      adopted,
      isClean: !(await user.refresh()),
    };
  }

  /** A process whose connection goes through the wire, and which does not connect again. */
  async #begin(name: string): Promise<ManagedUser> {
    const uri = this.#wire.uri(this.db.uri);
    const user = new ManagedUser(name, { "clickpipes:connectionUri": uri, "clickpipes:connectTimeout": briefly() });
    await inNewProcess(user);
    return user;
  }

  async #end(user: ManagedUser): Promise<void> {
    await user.destroy();
    this.#wire.cutAll();
  }

  /** The server may still be working on what it was sent last. */
  async #settled(name: string): Promise<void> {
    const working = `select from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'
                        and (state <> 'idle' or usename = $1)`;
    await vi.waitFor(
      async () => {
        if ((await this.db.query(working, [name])).length > 0)
          throw new Error("a session of the killed process is left");
      },
      { timeout: 10_000 },
    );
  }
}
