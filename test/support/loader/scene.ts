import type { Session } from "chdb";
import type { ReadinessCheck } from "../../../provider/readiness/check";
import { fresh } from "../freshName";
import { Managed } from "../managed";
import type { TestDatabase } from "../postgres/database";
import { Pipe } from "./pipe";
import type { Mapped } from "./source";

type Values = Record<string, unknown>;

/** A program with a user, its grants, a publication and a readiness report, in a schema of its own, and the pipes that read it. */
export class Scene {
  readonly db: TestDatabase;
  readonly role = fresh("clickpipes");
  readonly schema = fresh("app");
  readonly user: Managed;
  readonly grants: Managed;
  readonly publication: Managed;
  readonly readiness: Managed;
  readonly #clickHouse: Session;
  readonly #pipes: Pipe[] = [];

  private constructor(db: TestDatabase, clickHouse: Session) {
    this.db = db;
    this.#clickHouse = clickHouse;
    const managed = (kind: string) => new Managed(kind, this.role, db.config);
    this.user = managed("ClickPipesUser");
    this.grants = managed("ClickPipesGrants");
    this.publication = managed("Publication");
    this.readiness = managed("SourceReadiness");
  }

  /** `sql`: the application's tables. In it, `app` is the schema, and other schemas begin with it. */
  static async begin(db: TestDatabase, clickHouse: Session, sql: string): Promise<Scene> {
    const scene = new Scene(db, clickHouse);
    await scene.user.up({ name: scene.role });
    await scene.run(`create schema app; ${sql}`);
    return scene;
  }

  /** As the admin, statement by statement. */
  async run(sql: string): Promise<void> {
    for (const statement of this.named(sql).split(";")) await this.db.asAdmin(statement);
  }

  /** The text with this scene's names. */
  named(text: string): string {
    return text.replace(/\bapp(?=\b|_)/g, this.schema).replace(/\breader\b/g, this.role);
  }

  table(name: string): string {
    return this.named(`app.${name}`);
  }

  /** The user may read the tables, and they are published. */
  async up(tables: readonly unknown[], published: readonly unknown[] = tables, more: Values = {}): Promise<void> {
    await this.grants.up({ role: this.role, tables });
    await this.publication.up({ name: this.role, tables: published, ...more });
  }

  /** What the report says of a pipe on these tables, before there is one: the lines that are not ok. */
  async report(mapped: Mapped[]): Promise<ReadinessCheck[]> {
    const { outputs } = await this.readiness.up({
      ...{ role: this.role, password: this.user.outputs.password, publication: this.role, onFailure: "warn" },
      ...{ tables: mapped, triggers: [Math.random()] },
    });
    return (outputs.report as ReadinessCheck[]).filter(({ status }) => status !== "ok");
  }

  async start(mapped: Mapped[]): Promise<Pipe> {
    const login = new URL(this.db.uriOf(this.role, String(this.user.outputs.password)));
    const connection = {
      ...{ host: login.hostname, port: Number(login.port), database: login.pathname.slice(1) },
      ...{ user: this.role, password: String(this.user.outputs.password), publication: this.role },
    };
    const pipe = await Pipe.start(this.#clickHouse, connection, mapped);
    this.#pipes.push(pipe);
    return pipe;
  }

  mapped(name: string, excludedColumns?: string[]): Mapped {
    return { schema: this.schema, name, ...(excludedColumns && { excludedColumns }) };
  }

  async end(): Promise<void> {
    for (const pipe of this.#pipes) await pipe.stop();
    for (const one of [this.readiness, this.publication, this.grants]) await one.destroy();
    await this.db.query(
      `do $$ declare s text; begin for s in select nspname from pg_namespace where nspname ~ '^${this.schema}(_|$)' loop
         execute format('drop schema %I cascade', s); end loop; end $$`,
    );
    await this.user.destroy();
  }
}
