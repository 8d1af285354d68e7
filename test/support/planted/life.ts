import { escapeLiteral } from "pg";
import { vi } from "vitest";
import { Managed } from "../managed";
import type { Admin, TestDatabase } from "../postgres/database";

type Values = Record<string, unknown>;

const PASSWORD = "Grand-Ocean7_tulip!Quartz42";
const BY_CHANCE = new Set(["token", "password", "mark"]);

/** Whether the admin may make and alter a role with REPLICATION. */
function makesRoles({ version }: TestDatabase, admin: Admin): boolean {
  return admin === "superuser" || version >= 16;
}

/** The application's tables, and one by another role, with its code in whatever a table can have. */
export async function makeTables(db: TestDatabase): Promise<void> {
  for (const statement of [
    "create schema shop",
    "create table public.orders (id int primary key, total numeric, note text)",
    "create table public.customers (id int primary key, name text)",
    "create table shop.items (id int primary key, at date not null)",
    "create table shop.days (id int, at date, primary key (id, at)) partition by range (at)",
    "create table shop.days_1 partition of shop.days for values from ('2026-01-01') to ('2027-01-01')",
    "grant create, usage on schema shop to app",
  ])
    await db.asAdmin(statement);
  // An admin who may be that role, and has none of its rights without.
  const member = `grant app to ${db.user}${db.version >= 16 ? " with inherit false" : ""}`;
  if (db.user !== "cloud_admin") await db.query(member);
  const seen = (what: string) => `raise log 'planted code was run: ${what}'`;
  for (const statement of [
    "set role app",
    `create function shop.seen(id int) returns int language plpgsql immutable as $$ begin ${seen("of a table")}; return id; end $$`,
    `create function shop.seen() returns trigger language plpgsql as $$ begin ${seen("of a trigger")}; return new; end $$`,
    "create table shop.theirs (id int primary key default shop.seen(1), n int check (shop.seen(n) > 0), g int generated always as (shop.seen(1)) stored)",
    "create index on shop.theirs (shop.seen(n))",
    "create trigger seen before insert or update on shop.theirs for each row execute function shop.seen()",
    "create policy seen on shop.theirs using (shop.seen(id) > 0)",
    "alter table shop.theirs enable row level security",
    "create view shop.view as select shop.seen(id) as id from shop.theirs",
    "reset role",
  ])
    await db.query(statement);
}

/** All that a life came to, step by step: the same for two lives, whatever chance made of them. */
export type Outcome = { step: string; came: unknown }[];

/** One life of every resource that talks to Postgres, and of the command `check`, in a process as good as new. */
export class WholeLife {
  readonly #outcome: Outcome = [];
  readonly #db: TestDatabase;
  readonly #uri: string;
  readonly #makesRoles: boolean;
  #handler: typeof import("../../../provider/dynamic/handler").handler | undefined;

  constructor(db: TestDatabase, admin: Admin, uri: string) {
    this.#db = db;
    this.#uri = uri;
    this.#makesRoles = makesRoles(db, admin);
  }

  /** `said` is what the process says on the way. */
  async run(said: string[]): Promise<Outcome> {
    vi.resetModules();
    this.#handler = (await import("../../../provider/dynamic/handler.js")).handler;
    const user = await this.#user();
    const grants = await this.#updated("ClickPipesGrants", [
      { role: "reader", schemas: ["shop"], tables: [{ schema: "public", name: "orders", columns: ["id", "note"] }] },
      { role: "reader", schemas: ["shop"], tables: ["public.orders", "public.customers"] },
    ]);
    const publication = await this.#updated("Publication", this.#publications());
    await this.#lockedOut(publication);
    await this.#readiness(String(user.state?.outputs.password));
    await this.#adopted();
    await this.#slotInTheWay(publication);
    for (const resource of [publication, grants]) await this.#step("delete", () => resource.destroy());
    await this.#rightInTheWay(user);
    await this.#step("delete", () => user.destroy());
    if (!this.#makesRoles) await this.#db.query("drop role if exists reader");
    // Whether a session has ended in time to be waited for is chance.
    const lasting = said.filter((line) => !/waiting (up to|for) /.test(line));
    return [...this.#outcome, { step: "said", came: withoutChance(lasting) }];
  }

  async #user(): Promise<Managed> {
    const name = "reader";
    if (this.#makesRoles)
      return this.#updated("ClickPipesUser", [
        { name, connectionLimit: 8, comment: "reads for ClickHouse", validUntil: "2033-03-03T03:03:03Z" },
        { name, connectionLimit: 4, comment: "reads for ClickPipes", passwordVersion: 2 },
      ]);
    await this.#db.query(
      "create role reader inherit createrole createdb bypassrls replication login in role neon_superuser",
    );
    await this.#db.query(`alter role reader password ${escapeLiteral(PASSWORD)}`);
    const args = { name, adopt: true, allowPrivileged: true, password: PASSWORD };
    return this.#updated("ClickPipesUser", [args, { ...args, deleteAdopted: true }]);
  }

  #publications(): Values[] {
    const modern = this.#db.version >= 15;
    const orders = { schema: "public", name: "orders", ...(modern && { columns: ["id", "note"], where: "id > 10" }) };
    const pub = { name: "pub", comment: "for ClickHouse" };
    return [
      { ...pub, tables: [orders, "shop.items"] },
      { ...pub, tables: [orders, "public.customers"], publish: ["insert", "update"], comment: "changed" },
      { ...pub, tables: ["public.customers", "shop.items", "shop.days"], publishViaPartitionRoot: false },
      ...(modern ? [{ ...pub, schemas: ["shop"], tables: ["public.orders"], allowReplace: true }] : []),
      { ...pub, allTables: true, allowReplace: true },
      { ...pub, tables: ["public.orders", "shop.items", "shop.days"], allowReplace: true },
    ];
  }

  async #lockedOut(publication: Managed): Promise<void> {
    await this.#db.asAdmin("begin");
    await this.#db.asAdmin("lock table public.customers in share row exclusive mode");
    const tables = ["public.orders", "shop.items", "shop.days", "public.customers"];
    await this.#step("update while a table is locked", () => publication.up({ name: "pub", tables }));
    await this.#db.asAdmin("rollback");
  }

  async #readiness(password: string): Promise<void> {
    const args = { role: "reader", password, publication: "pub", onFailure: "warn" };
    const readiness = await this.#updated("SourceReadiness", [args, { ...args, replicationSlotName: "left_over" }]);
    await this.#step("delete", () => readiness.destroy());
    const { checkSource } = await import("../../../provider/cli/check.js");
    vi.stubEnv("CLICKPIPES_PASSWORD", password);
    const printed = vi.spyOn(console, "log").mockImplementation(() => {});
    const words = ["--uri", this.#uri, "--role", "reader", "--publication", "pub"];
    await this.#step("check", async () => [await checkSource(words), ...printed.mock.calls.flat()]);
    printed.mockRestore();
    vi.unstubAllEnvs();
  }

  async #adopted(): Promise<void> {
    await this.#db.asAdmin("create publication found for table public.orders with (publish = 'insert')");
    const tables = ["public.orders"];
    const publication = await this.#updated("Publication", [
      { name: "found", tables, adopt: true },
      { name: "found", tables, adopt: true, publish: ["insert", "update"] },
    ]);
    await this.#step("delete of what was adopted", () => publication.destroy());
    await this.#db.asAdmin("drop publication found");
    if (!this.#makesRoles) return;
    await this.#db.asAdmin(`create role found login replication password ${escapeLiteral(PASSWORD)}`);
    const adopting = { name: "found", adopt: true, password: PASSWORD };
    const role = await this.#updated("ClickPipesUser", [
      adopting,
      { ...adopting, password: undefined, passwordVersion: 2 },
    ]);
    await this.#step("delete of what was adopted", () => role.destroy());
    await this.#db.asAdmin("drop role found");
  }

  async #slotInTheWay(publication: Managed): Promise<void> {
    await this.#db.query("select pg_catalog.pg_create_logical_replication_slot('left_over', 'pgoutput')");
    await this.#step("delete while a slot is left", () => publication.destroy());
    await this.#db.query("select pg_catalog.pg_drop_replication_slot('left_over')");
  }

  async #rightInTheWay(user: Managed): Promise<void> {
    await this.#db.query("grant select on public.customers to reader");
    await this.#step("delete while a right is left", () => user.destroy());
    await this.#db.query("revoke select on public.customers from reader");
  }

  /** Previewed, made, looked at again, and changed from each of the arguments to the next. */
  async #updated(kind: string, [first = {}, ...rest]: Values[]): Promise<Managed> {
    // What is waited for by a publication stays until it gives up.
    const deleteTimeout = kind === "Publication" ? "0" : "10";
    const limits = { "clickpipes:lockTimeout": "0.1", "clickpipes:deleteTimeout": deleteTimeout };
    const resource = new Managed(kind, "whole", { "clickpipes:connectionUri": this.#uri, ...limits });
    if (this.#handler) resource.handleWith(this.#handler(kind));
    for (const args of [first, ...rest]) {
      await this.#step(`preview of ${kind}`, () => resource.check(args));
      await this.#step(`up of ${kind}`, () => resource.up(args));
      await this.#step(`refresh of ${kind}`, async () => [await resource.refresh(), resource.state]);
    }
    return resource;
  }

  async #step(step: string, work: () => Promise<unknown>): Promise<void> {
    const came = await work().catch((error: Error) => `failed: ${error.message}`);
    this.#outcome.push({ step, came: withoutChance(came) });
  }
}

function withoutChance(value: unknown): unknown {
  const text = JSON.stringify(value ?? null, (key, part) => (BY_CHANCE.has(key) ? "…" : part));
  return JSON.parse(
    text
      .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.\d]*/g, "(time)")
      .replace(/holding \d+ \w+ of WAL/g, "holding WAL")
      .replace(/\bpid \d+/g, "pid (some)")
      // OIDs, and the port of the wire.
      .replace(/(?<![\w.])\d{5,}(?![\w.])/g, "0"),
  );
}
