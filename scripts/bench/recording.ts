import { Client } from "pg";
import { BodyReader, type PostgresMessage } from "../../test/support/postgres/messages";
import type { Wire } from "../../test/support/wire/recording";

interface Sent {
  text: string;
  values: (string | null)[];
}

/** Every statement that a server received, so that a plain client can send it again. */
export class Recording {
  readonly #statements: Sent[] = [];
  #text = "";

  /** Records all that `work` sends over the wire. */
  static async of(wire: Wire, work: () => Promise<unknown>): Promise<Recording> {
    const recording = new Recording();
    wire.onMessage = (message) => {
      recording.#take(message);
      return undefined;
    };
    try {
      await work();
    } finally {
      wire.onMessage = undefined;
    }
    return recording;
  }

  #take({ type, body }: PostgresMessage): void {
    const reader = new BodyReader(body);
    if (type === "P") {
      reader.string();
      this.#text = reader.string();
    }
    if (type !== "B") return;
    reader.string();
    reader.string();
    for (let formats = reader.int16(); formats > 0; formats--) reader.int16();
    const values = Array.from({ length: reader.int16() }, () => reader.value()?.toString("utf8") ?? null);
    this.#statements.push({ text: this.#text, values });
  }

  /**
   * Sends all statements again, one after the other over one connection, and returns how long that took. `translate` maps
   * every value, since an object that is created again has another OID.
   */
  async replay(uri: string, translate: (value: string) => string | Promise<string>): Promise<number> {
    if (this.#statements.length === 0) return 0;
    const start = performance.now();
    const client = new Client(uri);
    await client.connect();
    try {
      for (const { text, values } of this.#statements) {
        const sent = await Promise.all(values.map((value) => (value === null ? null : translate(value))));
        await client.query(text, sent);
      }
    } finally {
      await client.end();
    }
    return performance.now() - start;
  }
}
