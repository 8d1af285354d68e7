import { escapeIdentifier, escapeLiteral } from "pg";
import type { Admin, TestDatabase } from "../postgres/database";

/** Names, comments and filters whose meaning hangs on settings: backslashes, dates, blanks, letters that LATIN1 has otherwise. */
export const READER = `re\\ad"er Ü'n`;
export const FOUND_ROLE = "found\\role";
export const PASSWORD = "Grand-Ocean7_tulip!Quartz42";
const ODD = { schema: "public", name: "Back\\slash Ü" };

/** Whether the admin can make a role with REPLICATION; else Neon's API makes it, and it is adopted as it stands. */
export const makesReaders = ({ version }: TestDatabase, admin: Admin): boolean =>
  admin === "superuser" || version >= 16;

/** Conditions of the row filter, on a column each: each is read otherwise, or written out otherwise, under some setting. */
export const CONDITIONS: readonly string[] = [
  String.raw`s = 'C:\new'`,
  String.raw`s <> E'it\'s'`,
  "d < '01/02/2024'",
  "moment >= '2024-03-04 05:06:07'",
  "moment < '2034-03-04 05:06:07 EST'",
  "len < '-1 2:03:04'",
  String.raw`raw <> '\x00ff'`,
  "tags <> '{NULL,a}'",
  "x > '0.12345678901234567'",
  "(n = null) is not true",
];

export const POLICY = String.raw`since > '2024-02-01' and path <> E'a\\b' and tenant = current_user and n = null::int
  and len < interval '-1 day 2:03:04' and raw <> '\x00ff' and tags <> '{NULL,a}'`;

const TABLES = [
  "create table public.orders (id int primary key, note text)",
  `create table public."Back\\slash Ü" (id int primary key, "co\\l" text, other text)`,
  "create schema shop",
  "create table shop.items (sku text primary key, price numeric)",
  "create table shop.events (id int primary key) partition by range (id)",
  "create table shop.events_1 partition of shop.events for values from (0) to (1000)",
  "create view shop.cheap as select sku from shop.items where price < 1",
  `create table shop.filtered (n int, s text, d date, moment timestamptz, len interval, raw bytea, tags text[], x float8)`,
  "alter table shop.filtered replica identity full",
  "create table shop.hidden (id int primary key, n int, tenant text, path text, since date, len interval, raw bytea, tags text[])",
  "alter table shop.hidden enable row level security",
  "create policy everything on shop.hidden for select using (true)",
  `create policy narrow on shop.hidden as restrictive for select using (${POLICY})`,
  "create schema later",
];

/** Catalogs that a search path may find before the real ones. */
const SHADOWED = ["pg_roles", "pg_authid", "pg_database", "pg_namespace", "pg_publication", "pg_publication_rel"];

/** The database that lives are led in; nothing of it is changed by them for long. */
export async function makeSource(db: TestDatabase): Promise<void> {
  for (const statement of TABLES) await db.asAdmin(statement);
  // The second is the search path's "$user".
  for (const schema of ["shadow", db.user]) {
    await db.asAdmin(`create schema ${schema}`);
    for (const name of SHADOWED) await db.asAdmin(`create table ${schema}.${name} (hollow int)`);
    await db.asAdmin(`create view ${schema}.pg_class as select 1 as hollow`);
  }
  await db.query("create role maker login");
  // Whose role has to be put on, where that can be had without its rights.
  await db.query(`grant maker to ${db.user}${db.version >= 16 ? " with inherit false" : ""}`);
  await db.query("grant usage, create on schema shop, later to maker");
  await db.query("create table shop.made (id int primary key)");
  await db.query("alter table shop.made owner to maker");
  await db.query("create table shadow.lasting as select rolname from pg_catalog.pg_roles");
}

/** What an earlier life has left is gone, and what a life finds is there. */
export async function renew(db: TestDatabase, admin: Admin): Promise<void> {
  for (const { name } of await db.query<{ name: string }>("select pubname as name from pg_publication"))
    await db.query(`drop publication ${escapeIdentifier(name)}`);
  const others = "select rolname as name from pg_roles where rolname not in (select rolname from shadow.lasting)";
  for (const { name } of await db.query<{ name: string }>(others)) {
    await db.query(`drop owned by ${escapeIdentifier(name)}`);
    await db.query(`drop role ${escapeIdentifier(name)}`);
  }
  for (const role of makesReaders(db, admin) ? [FOUND_ROLE] : [FOUND_ROLE, READER]) await makeRole(db, admin, role);
  await db.asAdmin(foundPublication(db));
  await db.asAdmin(`comment on publication found is 'their\\own'`);
}

async function makeRole(db: TestDatabase, admin: Admin, role: string): Promise<void> {
  const [name, password] = [escapeIdentifier(role), escapeLiteral(PASSWORD)];
  if (makesReaders(db, admin)) await db.asAdmin(`create role ${name} login replication password ${password}`);
  else
    await db.query(
      `create role ${name} login password ${password} createrole createdb bypassrls replication in role neon_superuser`,
    );
}

function foundPublication({ version }: TestDatabase): string {
  const filter = version >= 15 ? String.raw` where (d > '2024-05-06' and s <> E'a\\b')` : "";
  return `create publication found for table shop.filtered${filter}, public.orders with (publish = 'insert, delete')`;
}

/** As the server writes out the filter of that publication, where nobody has set anything. */
const FOUND_FILTER = String.raw`((d > '2024-05-06'::date) AND (s <> 'a\b'::text))`;

export type Values = Record<string, unknown>;

/** What a program gives its resources at first, and later. */
export function argumentsOf(db: TestDatabase, admin: Admin): Record<"first" | "later", Record<string, Values>> {
  const asItStands = { adopt: true, allowPrivileged: true, password: PASSWORD };
  const makes = makesReaders(db, admin);
  const filtered = (where: string) =>
    db.version >= 15 ? { schema: "shop", name: "filtered", where } : { schema: "shop", name: "filtered" };
  const odd = db.version >= 15 ? { ...ODD, columns: ["id", "co\\l"] } : ODD;
  return {
    first: {
      user: {
        name: READER,
        ...(makes
          ? { connectionLimit: 8, validUntil: "2031-02-03 04:05:06", comment: "reads \\ for 'ClickHouse', Ü €" }
          : asItStands),
      },
      grants: {
        role: READER,
        schemas: ["shop", "later"],
        tables: ["public.orders", { ...ODD, columns: ["id", "co\\l"] }],
      },
      publication: {
        name: "listed",
        tables: [filtered(CONDITIONS.join(" and ")), odd, "public.orders", "shop.events"],
        comment: "for 'Click\\House' \\",
      },
      bySchema: { name: "by-schema", schemas: ["shop"] },
      readiness: { role: READER, publication: "listed", onFailure: "warn" },
    },
    later: {
      user: {
        name: READER,
        ...(makes
          ? { connectionLimit: 4, validUntil: "2032-12-01 23:00", comment: "reads \\\\ Ü", passwordVersion: 2 }
          : { ...asItStands, deleteAdopted: false }),
      },
      grants: { role: READER, schemas: ["shop"], tables: ["public.orders", ODD] },
      publication: {
        name: "listed",
        tables: [filtered(String.raw`d > '03/02/2024' or s = '\\'`), ODD, "shop.hidden", "shop.events"],
        publish: ["insert", "update", "delete"],
        comment: "for 'Click\\House' \\\\",
      },
      bySchema: { name: "by-schema", schemas: ["shop"], tables: ["public.orders"], comment: "\\" },
      readiness: { role: READER, publication: "listed", onFailure: "warn", replicationSlotName: "pipe" },
    },
  };
}

/** What takes over what is there already, and gives it back. */
export function adoptionsOf(db: TestDatabase, admin: Admin): Record<"user" | "publication", Values> {
  const filtered = { schema: "shop", name: "filtered", ...(db.version >= 15 && { where: FOUND_FILTER }) };
  return {
    user: {
      ...{ name: FOUND_ROLE, adopt: true, password: PASSWORD },
      ...(makesReaders(db, admin) ? { comment: "now \\ ours" } : { allowPrivileged: true }),
    },
    publication: { name: "found", adopt: true, tables: [filtered, "public.orders"], comment: "now \\ ours" },
  };
}

/** What the server refuses, with words of its own. */
export function refusedOf(db: TestDatabase): Values {
  const table = db.version >= 15 ? { schema: "public", name: "orders", where: "note || 1" } : "public.none";
  return { name: "refused", tables: [table] };
}
