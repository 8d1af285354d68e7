import { vi } from "vitest";
import type { HandledProvider } from "../../../provider/dynamic/handler";
import { Managed } from "../managed";
import { type PostgresServer, startPostgres } from "../postgres/servers";
import { runAt } from "../postgres/session";
import { recordWarnings } from "../warnings";
import { givenAway } from "./answers";
import { type Answer, type Attempt, type Impostor, startImpostor } from "./server";
import { giveCertificate, passedOn, selfMade } from "./tls";

type Values = Record<string, unknown>;
type Config = Record<string, string>;

export const ADMIN = "Brave-Forest4_acorn!Topaz88";
export const READER = "Grand-Ocean7_tulip!Quartz42";
export const REQUIRED = "sslmode=require&channel_binding=require";

export const ARGUMENTS: Readonly<Record<string, Values>> = {
  ClickPipesUser: { name: "reader", password: READER },
  ClickPipesGrants: { role: "reader", tables: ["public.orders"] },
  Publication: { name: "pipe", tables: ["public.orders"] },
  SourceReadiness: { role: "reader", password: READER, publication: "pipe" },
};

export const VERBS = ["preview", "create", "refresh", "update", "delete"] as const;
export type Verb = (typeof VERBS)[number];

/** What one verb of a resource said, by whatever way, and what it cost. */
export interface Told {
  words: string[];
  /** Connections that were made. */
  tries: number;
  /** What was given away in them. */
  gone: string[];
}

/** A source on a real server, and an impostor with that server's certificate in between. */
export class ImpostorScene {
  readonly server: PostgresServer;
  readonly impostor: Impostor;
  readonly source = new Map<string, Managed>();
  readonly #warnings = recordWarnings();
  /** Passes all on, and so does a scene until it is told otherwise. */
  readonly real: Impostor["answer"];

  private constructor(server: PostgresServer, impostor: Impostor) {
    this.server = server;
    this.impostor = impostor;
    this.real = impostor.answer;
  }

  static async start(): Promise<ImpostorScene> {
    const certificate = await selfMade();
    const server = await startPostgres({ version: 18, settings: { wal_level: "logical" } });
    await giveCertificate(server, certificate);
    const keeper = `create role keeper superuser login password '${ADMIN}'`;
    await runAt(server.uri(), keeper, "create table public.orders (id int primary key)");
    const scene = new ImpostorScene(server, await startImpostor(certificate, () => passedOn(server)));
    await scene.make();
    return scene;
  }

  async stop(): Promise<void> {
    vi.restoreAllMocks();
    await this.impostor.stop();
    await this.server.stop();
  }

  /** This answers all connections from now on; there are no others left. */
  meet(answer: Impostor["answer"], { offersTls = true } = {}): void {
    Object.assign(this.impostor, { answer, offersTls });
    this.impostor.reset();
  }

  /** This answers the ClickPipes user, and the real server all others. */
  meetAsReader(answer: Answer): void {
    this.meet((startup) => (startup.user === "reader" ? answer : this.real(startup)));
  }

  uri(query: string): string {
    return `postgresql://keeper:${encodeURIComponent(ADMIN)}@127.0.0.1:${this.impostor.port}/postgres?${query}`;
  }

  config(query = REQUIRED): Config {
    return {
      "clickpipes:connectionUri": this.uri(query),
      // Long enough for several tries.
      "clickpipes:connectTimeout": "3",
      ...(query.includes("verify") && { "clickpipes:sslrootcert": this.impostor.certificate.cert }),
    };
  }

  /** As in a process of its own, which has looked at nothing and has reached nobody. */
  async fresh(kind: string, config = this.config()): Promise<HandledProvider> {
    vi.resetModules();
    const module: typeof import("../../../provider/dynamic/handler") = await import(
      "../../../provider/dynamic/handler.js"
    );
    const provider = module.handler(kind);
    await provider.configure({ config: { get: (key) => config[key] } });
    return provider;
  }

  /** Makes all resources of a source, past all doubt. */
  async make(): Promise<void> {
    this.meet(this.real);
    const config = this.config();
    for (const [kind, args] of Object.entries(ARGUMENTS)) {
      const managed = new Managed(kind, kind.toLowerCase(), config);
      managed.handleWith(await this.fresh(kind, config));
      await managed.up(args);
      this.source.set(kind, managed);
    }
  }

  async destroy(): Promise<void> {
    this.meet(this.real);
    for (const managed of [...this.source.values()].reverse()) await managed.destroy();
  }

  async told(work: () => Promise<unknown>): Promise<Told> {
    this.impostor.reset();
    this.#warnings.length = 0;
    const words = await work().then(
      (value) =>
        (value as { failures?: { reason: string }[] } | undefined)?.failures?.map(({ reason }) => reason) ?? [],
      (error: Error) => [error.message],
    );
    return { words: [...words, ...this.#warnings], tries: this.impostor.attempts.length, gone: this.gone() };
  }

  /** The connections of the ClickPipes user alone. */
  get readers(): Attempt[] {
    return this.impostor.attempts.filter(({ startup }) => startup.user === "reader");
  }

  /** What was given away since then, by this user or by all. */
  gone(user?: string): string[] {
    const attempts = this.impostor.attempts.filter(({ startup }) => user === undefined || startup.user === user);
    return attempts.flatMap((attempt) => givenAway(attempt, [ADMIN, READER]));
  }

  /** What the engine would have done to what is in the state, in a process of its own. */
  async doing(verb: Verb, kind: string, config = this.config()): Promise<unknown> {
    const state = this.source.get(kind)?.state;
    const provider = await this.fresh(kind, config);
    const { id, inputs, outputs } = state ?? { id: "", inputs: {}, outputs: {} };
    const works: Record<Verb, () => Promise<unknown>> = {
      preview: () => provider.check({}, inputs),
      create: () => provider.create(inputs),
      refresh: () => provider.read(id, outputs),
      update: () => provider.update(id, outputs, inputs),
      delete: () => provider.delete(id, outputs),
    };
    return works[verb]();
  }
}
