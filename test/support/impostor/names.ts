import dns from "node:dns";
import { type MockInstance, vi } from "vitest";
import { Managed } from "../managed";
import { givenAway } from "./answers";
import { type Answer, type Impostor, startImpostor } from "./server";
import { selfMade } from "./tls";

/** A server that everybody finds who looks for any, with a certificate for one name, signed by nobody. */
export class Anywhere {
  readonly #impostor: Impostor;
  readonly #names: MockInstance;

  private constructor(impostor: Impostor) {
    this.#impostor = impostor;
    this.#names = nameTheLoopback();
  }

  static async start(name: string, answer: Answer): Promise<Anywhere> {
    return new Anywhere(await startImpostor(await selfMade(name), () => answer));
  }

  async stop(): Promise<void> {
    this.#names.mockRestore();
    await this.#impostor.stop();
  }

  get certificate(): string {
    return this.#impostor.certificate.cert;
  }

  /** What a delete there fails with, how often it tried and how often it got to speak, and what it gave away. */
  async destroyed(host: string, password: string, config: Record<string, string> = {}) {
    this.#impostor.reset();
    const uri = `postgresql://app:${encodeURIComponent(password)}@${host}:${this.#impostor.port}/app?sslmode=require`;
    const all = { "clickpipes:connectionUri": uri, "clickpipes:connectTimeout": "1", ...config };
    const managed = new Managed("Publication", "it", all);
    managed.state = { id: "pipe", inputs: {}, outputs: { name: "pipe", tables: ["public.orders"], token: "t" } };
    const error = await managed.destroy().then(
      () => "",
      ({ message }: Error) => message,
    );
    const { attempts } = this.#impostor;
    const startups = attempts.filter(({ startup }) => startup.user !== undefined).length;
    return { error, tries: attempts.length, startups, gone: attempts.flatMap((one) => givenAway(one, [password])) };
  }
}

type Callback = (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void;

function nameTheLoopback(): MockInstance {
  const lookup = (_name: string, options: { all?: boolean }, callback: Callback) => {
    if (options.all) callback(null, [{ address: "127.0.0.1", family: 4 }]);
    else callback(null, "127.0.0.1", 4);
  };
  return vi.spyOn(dns, "lookup").mockImplementation(lookup as typeof dns.lookup);
}
