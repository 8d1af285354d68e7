import { setTimeout as sleep } from "node:timers/promises";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { formatComment, type Ownership } from "../../../provider/postgres/sql/mark";
import type { Place } from "../../../provider/postgres/sql/place";
import { startLocalNeon } from "../neon";
import { type PostgresVersion, startPostgres } from "../postgres/servers";
import { session } from "../postgres/session";
import type { CutPoint } from "../wire/connection";
import { startWire, type Wire } from "../wire/recording";
import { type Catalog, type CatalogObject, readCatalog } from "./catalog";
import type { Configs } from "./process";
import { DATABASES, type Database } from "./program";

/** The branch that the two databases are on, and another of the same project. */
export const BRANCH = "br-here";
export const OTHER_BRANCH = "br-elsewhere";
export const PROJECT = "project-of-all-histories";

/** In each of the two databases. */
export const TABLES = ["public.items", "public.orders", "shop.carts", "shop.prices"] as const;

/** Roles and publications that another user made, and that programs may adopt. */
export const FOREIGN_ROLES = ["foreign_a", "foreign_b"] as const;
export const FOREIGN_PUBLICATION = "foreign_pub";

const LIMITS = { connectTimeout: "30", deleteTimeout: "0", lockTimeout: "3" };
/** So short that a run whose connections are cut gives up at once. */
const IMPATIENT = { ...LIMITS, connectTimeout: "0.5" };

interface Server {
  uri(database: Database): string;
  superuserUri(database: Database): string;
  wire: Wire;
  stop(): Promise<void>;
}

/** A server with two databases in which an application, another user and random programs live. */
export class World {
  /** The superuser, past all rules. */
  readonly #superuser: Record<Database, Client>;
  readonly #admin: Record<Database, Client>;
  #systemIdentifier: string | undefined;
  #branch = BRANCH;

  private constructor(
    readonly version: PostgresVersion,
    readonly server: Server,
    superuser: Record<Database, Client>,
    admin: Record<Database, Client>,
  ) {
    this.#superuser = superuser;
    this.#admin = admin;
  }

  static async start(version: PostgresVersion, isNeon: boolean): Promise<World> {
    const server = isNeon ? await startNeonServer(version) : await startPlainServer(version);
    const open = async (uriOf: (database: Database) => string) => ({
      one: await session(uriOf("one")),
      two: await session(uriOf("two")),
    });
    const admin = await open(server.uri);
    const world = new World(version, server, await open(server.superuserUri), admin);
    for (const database of DATABASES) for (const text of APPLICATION) await admin[database].query(text);
    await admin.one.query(`create role application login password 'of the application'`);
    for (const database of DATABASES) for (const text of APPLICATION_RIGHTS) await admin[database].query(text);
    await world.moveToBranch(BRANCH);
    return world;
  }

  /** Past all rules. */
  asSuperuser(database: Database, ...statements: string[]): Promise<void> {
    return runAll(this.#superuser[database], statements);
  }

  asAdmin(database: Database, ...statements: string[]): Promise<void> {
    return runAll(this.#admin[database], statements);
  }

  catalog(): Promise<Catalog> {
    return readCatalog(this.#superuser);
  }

  /** From now on, what connects is told another branch of Neon. */
  async moveToBranch(branch: string): Promise<void> {
    this.#branch = branch;
    for (const database of DATABASES) {
      const name = escapeIdentifier(this.#superuser[database].database ?? database);
      const settings = { "neon.project_id": PROJECT, "neon.branch_id": branch };
      for (const [setting, value] of Object.entries(settings))
        await this.#superuser.one.query(`alter database ${name} set ${setting} = ${escapeLiteral(value)}`);
    }
  }

  async systemIdentifier(): Promise<string> {
    const { rows } = await this.#superuser.one.query("select system_identifier::text as id from pg_control_system()");
    return String(rows[0].id);
  }

  async place(database: Database): Promise<Place> {
    this.#systemIdentifier ??= await this.systemIdentifier();
    const name = this.databaseName(database);
    return { systemIdentifier: this.#systemIdentifier, database: name, neonProject: PROJECT, neonBranch: this.#branch };
  }

  /** Waits until the server has noticed that connections were cut. */
  async settled(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      const { rowCount } = await this.#superuser.one.query(
        `select from pg_stat_activity where backend_type = 'client backend' and xact_start is not null
            and pid <> pg_backend_pid()`,
      );
      if (rowCount === 0) return;
      await sleep(10);
    }
  }

  /** Writes the markers with this token as an earlier version did. */
  async rewriteMarker(
    what: "role" | "publication",
    name: string,
    database: Database,
    { marked }: CatalogObject,
    token: unknown,
  ): Promise<void> {
    const old = <T extends Ownership>({ path: _path, place: _place, ...note }: T) => note as T;
    const { comment, owner } = marked;
    const grants = marked.grants.map((note) => (note.token === token ? old(note) : note));
    const text = formatComment({
      comment,
      grants,
      ...(owner && { owner: owner.token === token ? old(owner) : owner }),
    });
    const value = text === null ? "null" : escapeLiteral(text);
    await this.asSuperuser(database, `comment on ${what} ${escapeIdentifier(name)} is ${value}`);
  }

  databaseName(database: Database): string {
    return new URL(this.server.uri(database)).pathname.slice(1);
  }

  get configs(): Configs {
    return this.#configs((database) => this.server.uri(database), LIMITS);
  }

  /** Through a wire that can be cut. */
  get cuttableConfigs(): Configs {
    return this.#configs((database) => this.server.wire.uri(this.server.uri(database)), IMPATIENT);
  }

  #configs(uriOf: (database: Database) => string, limits: Record<string, string>): Configs {
    const of = (database: Database) => {
      const settings = { ...limits, connectionUri: uriOf(database) };
      return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`clickpipes:${name}`, value]));
    };
    return { one: of("one"), two: of("two") };
  }

  /** Whether the role accepts the password. */
  async accepts(role: string, password: string, database: Database): Promise<boolean> {
    const uri = Object.assign(new URL(this.server.uri(database)), { username: role, password });
    const client = new Client(uri.toString());
    try {
      await client.connect();
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "28P01") return false;
      throw error;
    } finally {
      await client.end();
    }
  }

  /**
   * Runs `work` until it has sent `message` messages that count, cuts its connection there, and cuts all later ones, as a
   * process that was killed has none. True if it came that far.
   */
  async cutAt(message: number, point: CutPoint, work: () => Promise<unknown>): Promise<boolean> {
    const { wire } = this.server;
    let index = 0;
    wire.onMessage = ({ type }) => {
      if (!COUNTED.has(type) || index++ < message) return undefined;
      return index === message + 1 ? point : "before server";
    };
    try {
      await work().catch(() => {});
      return index > message;
    } finally {
      wire.onMessage = undefined;
    }
  }

  async stop(): Promise<void> {
    const clients = [...Object.values(this.#superuser), ...Object.values(this.#admin)];
    await Promise.all(clients.map((client) => client.end()));
    await this.server.stop();
  }
}

/** Startup, password, and the ends of statements. */
const COUNTED = new Set(["", "p", "Q", "S"]);

const APPLICATION = [
  "create schema shop",
  ...TABLES.map((table) => `create table ${table} (id int primary key, note text)`),
  "comment on table public.orders is 'of the application'",
];

const APPLICATION_RIGHTS = [
  "grant usage on schema shop to application",
  "grant select, insert, update on all tables in schema shop to application",
  "grant select on public.orders to application",
  "alter default privileges in schema shop grant insert on tables to application",
  "create publication of_the_application for table public.orders, shop.carts with (publish = 'insert')",
  "comment on publication of_the_application is 'read by the application'",
];

async function runAll(client: Client, statements: string[]): Promise<void> {
  for (const text of statements) await client.query(text);
}

async function startPlainServer(version: PostgresVersion): Promise<Server> {
  const server = await startPostgres({ version, settings: { wal_level: "logical" } });
  const uri = (database: Database) => server.uri({ database });
  const setUp = await session(server.uri());
  await runAll(
    setUp,
    DATABASES.map((database) => `create database ${database}`),
  );
  await setUp.end();
  const wire = await startWire(server);
  return { uri, superuserUri: uri, wire, stop: () => Promise.all([wire.stop(), server.stop()]).then(() => {}) };
}

async function startNeonServer(version: PostgresVersion): Promise<Server> {
  const neon = await startLocalNeon({ version, logicalReplication: true });
  const { owner, server } = neon;
  const nameOf = (database: Database) => (database === "one" ? neon.database : database);
  const setUp = await session(neon.connectionUri);
  await setUp.query("create database two");
  await setUp.end();
  const uri = (database: Database) => neon.uri({ ...owner, database: nameOf(database) });
  const superuserUri = (database: Database) => server.uri({ database: nameOf(database) });
  return { uri, superuserUri, wire: neon.wire, stop: () => neon.stop() };
}
