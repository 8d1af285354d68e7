import { loadavg } from "node:os";
import { expect } from "vitest";
import { type Boundary, boundariesOf, breakAt } from "./boundaries";
import { figure, LONG } from "./long";
import { Managed } from "./managed";
import { inNewProcess } from "./newProcess";
import { type Admin, startDatabase, type TestDatabase } from "./postgres/database";
import type { PostgresVersion } from "./postgres/servers";
import { startWire, type Wire } from "./wire/recording";

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
      doomed: new Managed(kind, name, { ...this.#config("doomed"), "clickpipes:connectTimeout": briefly() }),
    };
  }

  /** Providers that share no connections. */
  #config(provider: string): Record<string, string> {
    const uri = new URL(this.#wire.uri(this.db.uri));
    uri.searchParams.set("application_name", provider);
    return { "clickpipes:connectionUri": uri.toString() };
  }

  /**
   * Cuts the connection, and in other lives kills the process, at every statement in turn; at every second one only in a
   * run that is not long. Fails where a place was not reached, or where the life ends otherwise than an undisturbed one.
   */
  async everywhere(begin: () => Story): Promise<void> {
    for (const kill of [false, true]) {
      let broken = 0;
      const { boundaries, expected } = await this.#undisturbed(begin, kill);
      // After the answer is before the next statement.
      const telling = boundaries.filter(({ point }) => point !== "after answer");
      expect(telling.length).toBeGreaterThan(3);
      for (const [number, boundary] of telling.entries()) {
        if (!LONG && number % 2 === Number(kill)) continue;
        const place = JSON.stringify({ ...boundary, kill });
        const story = await this.#begun(begin);
        expect(await this.#broken(story, boundary, kill), place).toBe(true);
        await story.work(story.lasting);
        expect(await story.after(), place).toEqual(expected);
        await this.#end(story);
        broken++;
      }
      figure(`${broken} of ${telling.length} boundaries: ${kill ? "killed" : "cut"} there, and gone on`);
    }
  }

  /** In processes of their own: one that was cut off while it looked does not look again. */
  async #begun(begin: () => Story): Promise<Story> {
    const story = begin();
    for (const resource of [story.lasting, story.doomed]) await inNewProcess(resource);
    await story.before();
    return story;
  }

  async #undisturbed(begin: () => Story, kill: boolean) {
    const story = await this.#begun(begin);
    if (kill) story.doomed.state = story.lasting.state;
    const boundaries = await boundariesOf(this.#wire, () => story.work(kill ? story.doomed : story.lasting));
    if (kill) story.lasting.state = story.doomed.state;
    const expected = await story.after();
    await this.#end(story);
    return { boundaries, expected };
  }

  /** True where the work came to the boundary and was broken off there. */
  async #broken(story: Story, boundary: Boundary, kill: boolean): Promise<boolean> {
    if (!kill) return breakAt(this.#wire, boundary, () => story.work(story.lasting).catch(() => {}));
    story.doomed.state = story.lasting.state;
    const refuse = () => void this.#wire.refuse();
    const cut = await breakAt(this.#wire, boundary, () => story.work(story.doomed).catch(() => {}), refuse);
    if (cut) await this.#wire.accept();
    story.lasting.state = story.doomed.state;
    return cut;
  }

  /** With the connections that it would leave idle. */
  async #end(story: Story): Promise<void> {
    await story.end();
    this.#wire.cutAll();
  }
}

/**
 * Seconds that suffice for a first attempt to connect, and not for another one: while the wire refuses, the process is as good
 * as dead. A busy machine takes longer to connect.
 */
export function briefly(): string {
  return String(Math.max(0.4, (loadavg()[0] ?? 0) / 3));
}
