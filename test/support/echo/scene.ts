import { vi } from "vitest";
import { type Impostor, startImpostor } from "../impostor/server";
import { selfMade } from "../impostor/tls";
import { LONG } from "../long";
import type { Managed } from "../managed";
import { type PostgresServer, type PostgresVersion, startPostgres } from "../postgres/servers";
import { runAt } from "../postgres/session";
import { recordWarnings } from "../warnings";
import { printed } from "./forms";
import { type EchoedError, failing, refusesWith } from "./server";

/** Full of what URLs, JSON, HTML and SQL escape, and with spaces, at which lines are broken. */
export const ADMIN = `Gr8 <oak> & "fen" 'moor'/19+é=~~?`;
export const READER = `Wet? {hill} & 'dale' "70%" <é>/+=~~`;

const TABLES = ["public.orders"];
const READY = { role: "reader", password: READER, publication: "pipe" };

/** What each resource is told at first, and then. */
export const LIFE = [
  {
    kind: "ClickPipesUser",
    first: { name: "reader", password: READER },
    second: { name: "reader", password: READER, comment: "changed" },
  },
  {
    kind: "ClickPipesGrants",
    first: { role: "reader", tables: TABLES },
    second: { role: "reader", schemas: ["public"] },
  },
  {
    kind: "Publication",
    first: { name: "pipe", tables: TABLES },
    second: { name: "pipe", tables: TABLES, publish: ["insert"] },
  },
  { kind: "SourceReadiness", first: { ...READY, onFailure: "warn" }, second: READY },
];

type FullError = EchoedError & Required<Pick<EchoedError, "detail" | "hint" | "where">>;

/** A real server, and in front of it one that fails what it is told to fail, in words that it is told. */
export class EchoScene {
  readonly server: PostgresServer;
  readonly uri: string;
  readonly warnings = recordWarnings();
  /** Who is turned away at the door, and with what. */
  refused: Record<string, EchoedError> = {};
  /** Fails the statement: asked for each, in their order. */
  errorOf: (sql: string) => EchoedError | undefined = () => undefined;
  readonly #impostor: Impostor;

  private constructor(server: PostgresServer, impostor: Impostor) {
    this.server = server;
    this.#impostor = impostor;
    const [user, password] = ["keeper", ADMIN].map(encodeURIComponent);
    this.uri = `postgresql://${user}:${password}@127.0.0.1:${impostor.port}/postgres?sslmode=disable`;
  }

  static async start(version: PostgresVersion): Promise<EchoScene> {
    const server = await startPostgres({ version, settings: { wal_level: "logical" } });
    const literal = `'${ADMIN.replaceAll("'", "''")}'`;
    const keeper = `create role keeper superuser login password ${literal}`;
    await runAt(server.uri(), keeper, "create table public.orders (id int primary key)");
    const impostor = await startImpostor(await selfMade(), ({ user = "" }) => {
      const refusal = scene.refused[user];
      return refusal ? refusesWith(refusal) : failing(server, (sql) => scene.errorOf(sql));
    });
    const scene = new EchoScene(server, impostor);
    return scene;
  }

  async stop(): Promise<void> {
    vi.restoreAllMocks();
    await this.#impostor.stop();
    await this.server.stop();
  }

  /** From now on nothing fails, and nothing that was open or said remains. */
  reset(): void {
    Object.assign(this, { refused: {}, errorOf: () => undefined });
    this.#impostor.reset();
    this.warnings.length = 0;
  }

  /** What an error, a warning or a report says while it fails as told. */
  async said(work: () => Promise<unknown>): Promise<string> {
    const error = await work().then(() => "", printed);
    return [error, ...this.warnings.splice(0)].join("\n");
  }

  /** Fails the first statement, then another (each in a long run), until one run has been through without; how many it failed. */
  async failingEach(
    work: () => Promise<unknown>,
    errorAt: (at: number) => EchoedError,
    hear: (said: string, at: number) => void,
  ): Promise<number> {
    for (let at = 0, failed = 0; ; at += LONG ? 1 : 3, failed++) {
      let left = at;
      // A COMMIT that fails ends its transaction, as nothing can that fails in its place.
      this.errorOf = (sql) => (!/^(commit|rollback)\b/.test(sql) && left-- === 0 ? errorAt(at) : undefined);
      hear(await this.said(work), at);
      if (left >= 0) return failed;
    }
  }

  /** An error that quotes all it can; the ClickPipes password unless nobody was told it. */
  echoed(spell: (secret: string) => string, code = "P0001", told: object = { password: READER }): FullError {
    const [admin, reader, uri] = [ADMIN, "password" in told ? READER : "somebody", this.uri].map(spell);
    return {
      code,
      message: `the ledger is closed to ${admin} and ${reader}`,
      detail: `The auditor has seen ${uri}, ${admin} and ${reader}.`,
      hint: `Wait for March, with ${reader} or ${admin}.`,
      where: `PL/pgSQL function audit.note() line 3 at RAISE of ${reader}, ${admin}, ${uri}`,
    };
  }

  get config(): Record<string, string> {
    return {
      "clickpipes:connectionUri": this.uri,
      "clickpipes:connectTimeout": "1",
      "clickpipes:lockTimeout": "1",
      "clickpipes:deleteTimeout": "1",
    };
  }
}

/** All that a user may see of a state: only the password itself is hidden there. */
export function shown({ state }: Managed): string {
  const { password: _inputs, ...inputs } = state?.inputs ?? {};
  const { password: _outputs, ...outputs } = state?.outputs ?? {};
  return JSON.stringify({ inputs, outputs }, null, 1);
}
