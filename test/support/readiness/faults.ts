import { type Fault, PUBLICATION_FAULTS } from "./publicationFaults";

const ORDERS = { tables: ["public.orders"] };

const CANNOT_LOG_IN = ["login: blocked", "replicationConnection: blocked"];

export const FAULTS: Fault[] = [
  {
    what: "a role that does not exist",
    core: true,
    check: "role",
    sql: "drop owned by reader; drop role reader",
  },
  { what: "a role without LOGIN", check: "role", sql: "alter role reader nologin", also: CANNOT_LOG_IN },
  {
    what: "an expired password",
    check: "role",
    sql: "alter role reader valid until '2020-01-01'",
    also: CANNOT_LOG_IN,
  },
  {
    what: "a low connection limit",
    check: "connectionLimit",
    status: "warning",
    sql: "alter role reader connection limit 2",
  },
  {
    what: "a database that the role cannot connect to",
    check: "connect",
    sql: "do $$ begin execute format('revoke connect on database %I from public', current_database()); end $$",
    also: CANNOT_LOG_IN,
  },
  {
    what: "a wrong password",
    check: "login",
    sql: "alter role reader password 'another one'",
    also: ["replicationConnection: blocked"],
  },
  {
    what: "a role without REPLICATION",
    core: true,
    check: "replicationRole",
    sql: "alter role reader noreplication",
    also: ["replicationConnection: blocked"],
  },
  {
    what: "no free slot",
    core: true,
    check: "slots",
    sql: "select pg_create_logical_replication_slot('idle_' || i, 'pgoutput') from generate_series(1, 4) i",
  },
  {
    what: "an existing slot with the name that ClickPipes would create",
    check: "slotName",
    sql: "select pg_create_logical_replication_slot('mine', 'pgoutput')",
    args: { replicationSlotName: "mine", replicationMode: "cdc" },
  },
  {
    what: "no slot with the name that ClickPipes would read",
    check: "slotName",
    status: "warning",
    args: { replicationSlotName: "mine", replicationMode: "cdc_only" },
  },
  {
    what: "a slot with that name and another output plugin",
    check: "slotName",
    sql: "select pg_create_logical_replication_slot('mine', 'test_decoding')",
    args: { replicationSlotName: "mine", replicationMode: "cdc_only" },
  },
  {
    what: "nothing to replicate",
    check: "tables",
    sql: "drop publication pipe; create publication pipe with (publish_via_partition_root = true)",
    remedy: "alter publication pipe add table public.orders",
  },
  {
    what: "a table that does not exist",
    check: "tablesExist",
    args: { tables: ["public.missing", "public.orders"] },
    fixedBy: ORDERS,
  },
  {
    what: "a table with a dot in its name",
    check: "tableNames",
    sql: `create table public."or.ders" (id int primary key); grant select on public."or.ders" to reader; alter publication pipe add table public."or.ders"`,
  },
  {
    what: "a schema with a dot in its name",
    check: "tableNames",
    sql: `create schema "s.t"; create table "s.t".a (id int primary key); grant usage on schema "s.t" to reader;
      grant select on "s.t".a to reader; alter publication pipe add table "s.t".a`,
  },
  {
    what: "an unlogged table",
    check: "tableKinds",
    sql: "create unlogged table public.cache (id int primary key); grant select on public.cache to reader",
    args: { tables: ["public.cache"] },
  },
  {
    what: "a view",
    check: "tableKinds",
    sql: "create view public.seen as select * from public.orders; grant select on public.seen to reader",
    args: { tables: ["public.orders", "public.seen"] },
    fixedBy: ORDERS,
  },
  {
    what: "a partition instead of its parent",
    check: "partitions",
    sql: "grant select on shop.events_1 to reader",
    args: { tables: ["shop.events_1"] },
    fixedBy: { tables: ["shop.events"] },
  },
  { what: "a schema without USAGE", check: "usage", sql: "revoke usage on schema shop from reader" },
  { what: "a table without SELECT", core: true, check: "select", sql: "revoke select on shop.items from reader" },
  {
    what: "a table without a key",
    core: true,
    check: "identity",
    sql: "alter table public.orders drop constraint orders_pkey",
  },
  {
    what: "a table without a primary key, but with another unique index",
    check: "identity",
    sql: "alter table shop.items drop constraint items_pkey",
  },
  {
    what: "a deferrable primary key",
    check: "identity",
    sql: "alter table public.orders drop constraint orders_pkey, add primary key (id) deferrable",
  },
  {
    what: "REPLICA IDENTITY NOTHING",
    check: "identity",
    sql: "alter table public.orders replica identity nothing",
  },
  {
    what: "a replica identity whose index is gone",
    check: "identity",
    sql: "alter table shop.items replica identity using index items_code_key; alter table shop.items drop constraint items_code_key",
  },
  {
    what: "a partitioned table without a key",
    core: true,
    check: "identity",
    sql: "alter table shop.events drop constraint events_pkey; create unique index on shop.events (id)",
    also: ["applicationWrites: blocked"],
  },
  {
    what: "row-level security",
    core: true,
    check: "rowSecurity",
    sql: "alter table public.orders enable row level security; create policy few on public.orders for select using (id > 5)",
  },
  {
    what: "a restrictive policy",
    core: true,
    check: "rowSecurity",
    sql: `alter table public.orders enable row level security; create policy "all of them" on public.orders for select using (true);
      create policy "it's few" on public.orders as restrictive for select using (id > 5)`,
  },
  {
    what: "a generated column in the key",
    core: true,
    check: "generatedKey",
    sql: `create table public.made (a int not null unique, b int generated always as (a * 2) stored primary key);
      grant select on public.made to reader; alter publication pipe add table public.made`,
    args: { tables: [{ schema: "public", name: "made", excludedColumns: ["b"] }] },
    also: ["keys: blocked"],
    to: 17,
  },
  {
    what: "a generated column in the key that could be published",
    check: "generatedKey",
    sql: `create table public.made (a int not null unique, b int generated always as (a * 2) stored primary key);
      grant select on public.made to reader; alter publication pipe add table public.made`,
    args: { tables: ["public.made"] },
    from: 18,
  },
  {
    what: "a generated column",
    check: "generatedColumns",
    status: "warning",
    sql: "alter table public.orders add total int generated always as (id * 2) stored",
    args: ORDERS,
    fixedBy: { tables: [{ schema: "public", name: "orders", excludedColumns: ["total"] }] },
  },
  {
    what: "a generated column that could be published",
    check: "generatedColumns",
    status: "warning",
    sql: "alter table public.orders add total int generated always as (id * 2) stored",
    from: 18,
  },
  {
    what: "a pipe that excludes every column of a table",
    check: "columnsLeft",
    args: { tables: [{ schema: "public", name: "orders", excludedColumns: ["id", "note"] }] },
    fixedBy: ORDERS,
  },
  {
    what: "a pipe that excludes a column that does not exist",
    check: "excludedColumns",
    status: "warning",
    args: { tables: [{ schema: "public", name: "orders", excludedColumns: ["notes"] }] },
    fixedBy: ORDERS,
  },
  {
    what: "a table without a key in a snapshot",
    check: "identity",
    sql: "create table public.log (line text); grant select on public.log to reader",
    args: { tables: ["public.log"], replicationMode: "snapshot" },
  },
  {
    what: "REPLICA IDENTITY NOTHING in a snapshot",
    check: "identity",
    sql: "alter table public.orders replica identity nothing",
    args: { replicationMode: "snapshot" },
  },
  {
    what: "a snapshot of a publication that does not exist",
    check: "tables",
    args: { publication: "none", replicationMode: "snapshot" },
    fixedBy: ORDERS,
  },
  ...PUBLICATION_FAULTS,
];
