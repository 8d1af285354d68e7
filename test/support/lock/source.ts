import { execFile } from "node:child_process";
import { join } from "node:path";
import type { ReadinessCheck } from "../../../provider/readiness/check";
import { fresh } from "../freshName";
import { Managed } from "../managed";
import type { TestDatabase } from "../postgres/database";
import { makeMigrator } from "./holder";

type Values = Record<string, unknown>;

const PASSWORD = "Grand-Ocean7_tulip!Quartz42";

/** One resource of the source, what the program says of it, and what it would say after a change. */
export interface LockedResource {
  title: string;
  managed: Managed;
  args: Values;
  changed: Values;
}

/** A source that has everything for which a read might open a relation. */
export interface LockSource {
  resources: LockedResource[];
  resource(title: string): LockedResource;
  /** Every table, partition, view and materialised view. */
  relations: string[];
  /** The same resource, with its state, as a program whose provider has other settings has it. */
  under(settings: Record<string, string>, title: string): Managed;
  /** One of that kind that there is not yet. */
  another(kind: string): Managed;
  /** What a first preview says to the same arguments. */
  anew(resource: LockedResource): Promise<unknown>;
}

const TABLES = `
create schema shop;
create schema parts;
create table shop.plain (id int primary key, note text);
create table shop.spare (id int primary key, note text);
create table shop.whole_rows (id int not null, note text);
alter table shop.whole_rows replica identity full;
create table shop.generated (id int primary key, a int, twice int generated always as (a * 2) stored);
create table shop.filtered (id int primary key, note text);
create table shop.listed (id int primary key, note text, secret text);
create table shop.members (id int primary key, login text);
create table shop.events (id int not null, kind int not null, primary key (id, kind)) partition by range (id);
create table shop.events_low partition of shop.events for values from (0) to (1000);
create table parts.events_high partition of shop.events for values from (1000) to (9000) partition by list (kind);
create table parts.events_high_1 partition of parts.events_high for values in (1);
create view shop.seen as select p.id, m.login from shop.plain p join shop.members m on m.id = p.id;
create materialized view shop.counted as select count(*) as rows from shop.plain;
create table shop.open_rows (id int primary key);
create policy all_rows on shop.open_rows using (true);
create table shop.named_rows (id int primary key, tenant text);
create policy named on shop.named_rows for select to reader using (tenant = 'a' or current_user = 'reader');
create table shop.narrowed_rows (id int primary key, tenant text);
create policy all_rows on shop.narrowed_rows using (true);
create policy narrow on shop.narrowed_rows as restrictive using (tenant = 'a' or current_user = 'reader');
create table shop.linked_rows (id int primary key);
create policy linked on shop.linked_rows
  using (exists (select from shop.members m where m.id = linked_rows.id) or current_user = 'reader');
create table shop.seen_rows (id int primary key);
create policy seen on shop.seen_rows using (exists (select from shop.seen s where s.id = seen_rows.id) or current_user = 'reader');
create table shop.carried_rows (id int primary key, who shop.members);
create policy carried on shop.carried_rows using ((who).login = 'a' or current_user = 'reader');
create function shop.everyone() returns setof shop.members language sql stable as 'select * from shop.members';
create table shop.called_rows (id int primary key);
create policy called on shop.called_rows using (exists (select from shop.everyone()) or current_user = 'reader');
create table shop.made_rows (id int primary key);
create policy made on shop.made_rows using (row(id, 'a')::shop.members is not null or current_user = 'reader');
create table shop.hidden_rows (id int primary key, tenant text);
create policy all_rows on shop.hidden_rows using (true);
create policy narrow on shop.hidden_rows as restrictive using (tenant = 'a');
create table shop.linked_hidden_rows (id int primary key);
create policy all_rows on shop.linked_hidden_rows using (true);
create policy linked on shop.linked_hidden_rows as restrictive
  using (exists (select from shop.members m where m.id = linked_hidden_rows.id));
`;

const SHOWING = [
  "open_rows",
  "named_rows",
  "narrowed_rows",
  "linked_rows",
  "seen_rows",
  "carried_rows",
  "called_rows",
  "made_rows",
];
const HIDING = ["hidden_rows", "linked_hidden_rows"];
const WHOLE = ["plain", "generated", "members", ...SHOWING].map((name) => `shop.${name}`);

const kindOf = (title: string) => title.split(" ")[0] as string;

/** Makes it all as the admin, and each resource as `pulumi up` does. No time-out of ours ends before the test's. */
export async function newLockSource(db: TestDatabase): Promise<LockSource> {
  await makeMigrator(db);
  const settings = { ...db.config, "clickpipes:statementTimeout": "600", "clickpipes:lockTimeout": "600" };
  const user = { title: "ClickPipesUser", args: { name: "reader", password: PASSWORD } };
  const described = [{ ...user, changed: { ...user.args, connectionLimit: 9 } }, ...describeRest(db)];
  const make = (title: string, config: Record<string, string>) =>
    new Managed(kindOf(title), title.replace(/^\w+ ?/, ""), config);
  const resources = described.map((one): LockedResource => ({ ...one, managed: make(one.title, settings) }));
  for (const { title, managed, args } of resources) {
    await managed.up(args);
    if (title !== "ClickPipesUser") continue;
    for (const text of TABLES.split(/;\n/).slice(0, -1)) await db.asAdmin(text);
    for (const name of [...SHOWING, ...HIDING]) await db.asAdmin(`alter table shop.${name} enable row level security`);
  }
  const rows = await db.query<{ name: string }>(
    `select format('%s.%s', relnamespace::regnamespace, relname) as name from pg_class
      where relnamespace in ('shop'::regnamespace, 'parts'::regnamespace) and relkind in ('r', 'p', 'v', 'm') order by 1`,
  );
  const resource = (title: string) => resources.find((one) => one.title === title) as LockedResource;
  const another = (kind: string) => make(`${kind} ${fresh()}`, settings);
  return {
    ...{ resources, resource, relations: rows.map(({ name }) => name) },
    under(other, title) {
      const managed = make(title, { ...settings, ...other });
      managed.state = structuredClone(resource(title).managed.state);
      return managed;
    },
    another,
    // Of another stack: two resources of one program that name the same object are refused without a look at the database.
    anew: ({ title, args }) => new Managed(kindOf(title), "anew", settings, { stack: "preview" }).check(args),
  };
}

function describeRest({ version }: TestDatabase): Omit<LockedResource, "managed">[] {
  const narrow = [
    { schema: "shop", name: "events", where: "id > 0" },
    { schema: "shop", name: "filtered", where: "id > 10" },
    { schema: "shop", name: "listed", columns: ["id", "note"], where: "id > 5" },
    { schema: "shop", name: "whole_rows", where: "note <> 'draft'" },
  ];
  const tables = [...WHOLE, ...(version >= 15 ? narrow : narrow.map(({ name }) => `shop.${name}`))];
  const grants = { role: "reader", schemas: ["shop"], tables: ["parts.events_high"] };
  const everywhere = { role: "reader", schemas: "*" };
  const listed = { name: "listed", tables };
  const schemas = { name: "schemas", schemas: ["shop", "parts"] };
  const all = { name: "everything", allTables: true };
  const ready = (publication: string) => ({ role: "reader", password: PASSWORD, publication, onFailure: "warn" });
  const mapped = {
    ...ready("everything"),
    tables: [...WHOLE, { schema: "shop", name: "listed", excludedColumns: ["secret"] }],
  };
  const again = { triggers: ["again"] };
  return [
    { title: "ClickPipesGrants of a schema", args: grants, changed: { ...grants, schemas: ["shop", "parts"] } },
    { title: "ClickPipesGrants everywhere", args: everywhere, changed: { ...everywhere, tables: ["shop.plain"] } },
    { title: "Publication of a list", args: listed, changed: { ...listed, tables: [...tables, "shop.spare"] } },
    ...(version >= 15
      ? [{ title: "Publication of schemas", args: schemas, changed: { ...schemas, publish: ["insert"] } }]
      : []),
    { title: "Publication of everything", args: all, changed: { ...all, publish: ["insert"] } },
    { title: "SourceReadiness of a list", args: ready("listed"), changed: { ...ready("listed"), ...again } },
    {
      title: "SourceReadiness of everything",
      args: ready("everything"),
      changed: { ...ready("everything"), ...again },
    },
    { title: "SourceReadiness of some", args: mapped, changed: { ...mapped, ...again } },
  ];
}

/** A table in a schema of its own, with a policy that hides rows and looks at another table for it. */
export async function makeHiding(db: TestDatabase, table: string): Promise<void> {
  const [schema, name] = table.split(".");
  await db.asAdmin(`create schema ${schema}; create table ${table} (id int primary key)`);
  await db.asAdmin(
    `create policy linked on ${table} using (exists (select from shop.members m where m.id = ${name}.id));
     alter table ${table} enable row level security`,
  );
}

/** More tables than are told one by one, each with a policy that hides rows. */
export async function makeManyHiding(db: TestDatabase, schema: string): Promise<void> {
  await db.asAdmin(`create schema ${schema}`);
  for (const name of Array.from({ length: 25 }, (_, index) => `${schema}.t${index}`)) {
    await db.asAdmin(`create table ${name} (id int primary key); alter table ${name} enable row level security`);
    await db.asAdmin(`create policy part on ${name} using (id > 0)`);
  }
}

/** What the state says of the filter of one table. */
export function filterOf({ state }: Managed): string | undefined {
  const tables = (state?.inputs.tables ?? []) as (string | { name: string; where?: string })[];
  return tables.flatMap((table) => (typeof table !== "string" && table.name === "filtered" ? [table.where] : []))[0];
}

/** What the command `check` reports on the list. */
export function checkByCommand(db: TestDatabase, publication = "listed"): Promise<ReadinessCheck[]> {
  const command = join(__dirname, "../../../bin/cli/main.js");
  const words = [command, "check", "--uri", db.uri, "--role", "reader", "--publication", publication, "--json"];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { env: { CLICKPIPES_PASSWORD: PASSWORD } }, (error, stdout, stderr) => {
      const answer = stdout === "" ? undefined : JSON.parse(stdout);
      if (answer?.report) resolve(answer.report);
      else reject(new Error(`${error?.message} ${stdout} ${stderr}`));
    });
  });
}
