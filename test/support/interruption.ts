import { expect } from "vitest";
import { boundariesOf, breakAt } from "./boundaries";
import { type Admin, startDatabase, type TestDatabase } from "./database";
import { Managed } from "./managed";
import type { PostgresVersion } from "./postgres";
import { startWire, type Wire } from "./wire";

/** One life of a resource under a name of its own: `before` brings it to where `work` begins. */
export interface Story {
  /** The resource as two processes have it: one that will be killed, and the one that comes after it. */
  lasting: Managed;
  doomed: Managed;
  before(): Promise<unknown>;
  work(resource: Managed): Promise<unknown>;
  /** How the world looks, but for names and tokens: the same after every way to the same end. */
  after(): Promise<unknown>;
  end(): Promise<unknown>;
}

/** A server behind a wire that breaks the connection, or the process, at each statement of some work in turn. */
export class Interruptions {
  readonly db: TestDatabase;
  readonly #wire: Wire;

  private constructor(db: TestDatabase, wire: Wire) {
    this.db = db;
    this.#wire = wire;
  }

  static async start(version: PostgresVersion, admin: Admin): Promise<Interruptions> {
    const db = await startDatabase(version, admin);
    const { hostname, port } = new URL(db.uri);
    return new Interruptions(db, await startWire({ host: hostname, port: Number(port) }));
  }

  async stop(): Promise<void> {
    await this.#wire.stop();
    await this.db.stop();
  }

  lives(kind: string, name: string): Pick<Story, "lasting" | "doomed"> {
    return {
      lasting: new Managed(kind, name, this.#config("lasting")),
      // No second attempt to connect: while the wire refuses, the process is as good as dead.
      doomed: new Managed(kind, name, { ...this.#config("doomed"), "clickpipes:connectTimeout": "0.4" }),
    };
  }

  /** Providers that share no connections. */
  #config(provider: string): Record<string, string> {
    const uri = new URL(this.#wire.uri(this.db.uri));
    uri.searchParams.set("application_name", provider);
    return { "clickpipes:connectionUri": uri.toString() };
  }

  /** Cuts the connection or kills the process at every statement in turn, both with LONG=1; how often that was. */
  async everywhere(begin: () => Story): Promise<number> {
    const plain = begin();
    await plain.before();
    const boundaries = await boundariesOf(this.#wire, () => plain.work(plain.lasting));
    const expected = await plain.after();
    await plain.end();
    let broken = 0;
    // After the answer is before the next statement.
    const telling = boundaries.filter(({ point }) => point !== "after answer");
    for (const [number, boundary] of telling.entries()) {
      for (const kill of process.env.LONG ? [false, true] : [number % 2 === 0]) {
        const story = begin();
        await story.before();
        if (kill) story.doomed.state = story.lasting.state;
        const victim = kill ? story.doomed : story.lasting;
        const work = () => story.work(victim).catch(() => {});
        const cut = await breakAt(this.#wire, boundary, work, kill ? () => void this.#wire.refuse() : undefined);
        if (cut) broken++;
        if (cut && kill) await this.#wire.accept();
        if (kill) story.lasting.state = story.doomed.state;
        await story.work(story.lasting);
        expect(await story.after(), JSON.stringify({ ...boundary, kill })).toEqual(expected);
        await story.end();
      }
    }
    return broken;
  }
}
