import type { Project } from "../neon/api/project";
import type { Compute } from "../neon/compute";
import { allows } from "../neon/ipAllow";
import { listenOnLoopback } from "../neon/proxy/loopbackListener";
import { encodeMessage, errorResponse, MessageSplitter, readyForQuery } from "../postgres/messages";
import type { PostgresServer } from "../postgres/servers";

/** A compute's Postgres for the stand-in that takes no time: it restarts, and knows three settings and nothing else. */
export class QuickServer {
  walLevel = "replica";
  restarts = 0;
  #configured: Record<string, string> = {};
  #cut = () => {};

  /** In the shape of the stand-in's own. */
  get asPostgres(): PostgresServer {
    return {
      set: (settings: Record<string, string>) => Object.assign(this.#configured, settings),
      pause: async () => this.#cut(),
      resume: async () => {
        this.restarts++;
        this.walLevel = this.#configured.wal_level ?? this.walLevel;
      },
    } as unknown as PostgresServer;
  }

  /** Takes connections as Neon's proxy does: only from addresses in the project's list, and waking the compute. */
  async listen(project: Project, compute: Compute): Promise<{ port: number; stop(): Promise<void> }> {
    const clients = new Set<{ destroy(): void }>();
    this.#cut = () => {
      for (const client of clients) client.destroy();
    };
    return listenOnLoopback(async (client) => {
      clients.add(client);
      client.on("close", () => clients.delete(client));
      const splitter = new MessageSplitter("client");
      for await (const chunk of client) {
        const answers: Buffer[] = [];
        for (const { type } of splitter.push(chunk as Buffer)) {
          if (type === "" && project.restrictsAddresses && !allows(project.settings.allowed_ips.ips ?? [], "127.0.0.1"))
            return void client.end(
              errorResponse({ code: "XX000", message: "This IP address 127.0.0.1 is not allowed" }),
            );
          if (type === "") await compute.wake();
          if (type === "X") return void client.end();
          answers.push(this.#answer(type));
        }
        client.write(Buffer.concat(answers));
      }
    });
  }

  #answer(type: string): Buffer {
    const values = [this.walLevel, "10", "10"];
    const answers: Record<string, () => Buffer[]> = {
      "": () => [encodeMessage("R", Buffer.alloc(4)), parameter("server_version", "17.0"), readyForQuery("I")],
      P: () => [encodeMessage("1")],
      B: () => [encodeMessage("2")],
      D: () => [rowDescription(["walLevel", "maxWalSenders", "maxReplicationSlots"], [25, 23, 23])],
      E: () => [dataRow(values), encodeMessage("C", Buffer.from("SELECT 1\0"))],
      S: () => [readyForQuery("I")],
    };
    return Buffer.concat(answers[type]?.() ?? []);
  }
}

const parameter = (name: string, value: string) => encodeMessage("S", Buffer.from(`${name}\0${value}\0`));

function rowDescription(names: string[], types: number[]): Buffer {
  const fields = names.map((name, index) => {
    const rest = Buffer.alloc(18);
    rest.writeInt32BE(types[index] as number, 6);
    return Buffer.concat([Buffer.from(`${name}\0`), rest]);
  });
  return encodeMessage("T", Buffer.concat([int16(names.length), ...fields]));
}

function dataRow(values: string[]): Buffer {
  const fields = values.map((value) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(value.length);
    return Buffer.concat([length, Buffer.from(value)]);
  });
  return encodeMessage("D", Buffer.concat([int16(values.length), ...fields]));
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
