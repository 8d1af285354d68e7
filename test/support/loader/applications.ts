/** A schema of a real application's shape. In its SQL, `app` stands for the schema, and other schemas begin with it. */
export interface Application {
  name: string;
  sql: string;
  /** The tables of the pipe, each with the columns that it excludes. */
  tables: Record<string, string[]>;
  changes: string;
}

/** Events by month, as pg_partman keeps them: the partitions in a schema of their own, one of them partitioned again, and a default. */
const EVENTS: Application = {
  name: "events in partitions of two levels in another schema",
  sql: `
create schema app_partitions;
create domain app.amount as numeric(12, 2) check (value >= 0);
create table app.events (id bigint generated always as identity, at timestamptz not null, kind text not null, cost app.amount, payload jsonb, primary key (id, at, kind)) partition by range (at);
create table app_partitions.events_2026_01 partition of app.events for values from ('2026-01-01') to ('2026-02-01');
create table app_partitions.events_2026_02 partition of app.events for values from ('2026-02-01') to ('2026-03-01') partition by list (kind);
create table app_partitions.events_2026_02_click partition of app_partitions.events_2026_02 for values in ('click');
create table app_partitions.events_2026_02_other partition of app_partitions.events_2026_02 default;
create table app_partitions.events_default partition of app.events default;
create index on app.events (kind, at);
insert into app.events (at, kind, cost, payload) select '2026-01-01'::timestamptz + i * interval '6 hours', case when i % 2 = 0 then 'click' else 'view' end, i, '{"a": 1}' from generate_series(0, 400) i`,
  tables: { events: [] },
  changes: `
insert into app.events (at, kind, cost) select '2026-02-10', 'click', i from generate_series(1, 20) i;
update app.events set cost = 0 where id % 7 = 0;
delete from app.events where id % 5 = 0`,
};

/** Two hundred tables with foreign keys, views, sequences, triggers and a materialized view among them. */
const SHOP: Application = {
  name: "a shop of two hundred tables",
  sql: `
create type app.status as enum ('open', 'paid', 'sent');
create sequence app.numbers;
create table app.customers (id uuid primary key default gen_random_uuid(), "E-Mail" text unique, tags text[] not null default '{}', born date);
create table app.orders (id bigint primary key default nextval('app.numbers'), customer uuid references app.customers on delete cascade, status app.status not null default 'open', total numeric(10, 2));
create table app."Order Lines" (order_id bigint references app.orders on delete cascade, position int, sku varchar(40) not null, "Count" int not null, primary key (order_id, position));
create view app.open_orders as select * from app.orders where status = 'open';
create materialized view app.totals as select customer, sum(total) as total from app.orders group by 1;
create unlogged table app.sessions (id text primary key, data jsonb);
${Array.from({ length: 200 }, (_, i) => `create table app.table_${i} (id int primary key, parent int, note text)`).join(";\n")};
insert into app.customers ("E-Mail", tags) select i || '@example.com', array['a', 'b'] from generate_series(1, 50) i;
insert into app.orders (customer, total) select id, 10 from app.customers;
insert into app."Order Lines" select id, 1, 'sku', 2 from app.orders`,
  tables: Object.fromEntries(
    ["customers", "orders", "Order Lines", ...Array.from({ length: 200 }, (_, i) => `table_${i}`)].map((name) => [
      name,
      [],
    ]),
  ),
  changes: `
update app.orders set status = 'paid', total = total + 1 where id % 2 = 0;
delete from app.customers where "E-Mail" like '1%';
insert into app.table_7 values (1, null, 'late');
refresh materialized view app.totals`,
};

/** A ledger: generated columns that the pipe excludes, a table that only grows and has no key, ranges and long rows. */
const LEDGER: Application = {
  name: "a ledger with generated columns, and a table without a key",
  sql: `
create table app.accounts (id int primary key, debit numeric not null, credit numeric not null, balance numeric generated always as (credit - debit) stored, valid daterange);
create table app.entries (account int not null, at timestamptz not null, amount numeric not null, note text, primary key (account, at));
create table app.audit (line text);
alter table app.audit replica identity full;
insert into app.accounts (id, debit, credit, valid) select i, i, 2 * i, '[2026-01-01,2027-01-01)' from generate_series(1, 30) i;
insert into app.entries select i % 30, '2026-01-01'::timestamptz + i * interval '1 minute', i, repeat('long ', 800) from generate_series(1, 300) i;
insert into app.audit values ('opened')`,
  tables: { accounts: ["balance"], entries: [] },
  changes: `
update app.accounts set debit = 0 where id < 10;
update app.entries set amount = -amount where account = 3;
insert into app.audit values ('changed');
delete from app.entries where account = 4`,
};

/** One schema for each tenant, with the same tables, and row-level security that the application lives under. */
const TENANTS: Application = {
  name: "tenants in schemas of their own",
  sql: `
create schema app_north;
create schema app_south;
create table app.tenants (id int primary key, name text not null);
create table app_north.notes_north (id int primary key, body text, secret text);
create table app_south.notes_south (id int primary key, body text, secret text);
alter table app.tenants enable row level security;
create policy everyone on app.tenants using (true);
insert into app.tenants values (1, 'north'), (2, 'south');
insert into app_north.notes_north select i, 'n' || i, 's' from generate_series(1, 40) i;
insert into app_south.notes_south select i, 's' || i, 's' from generate_series(1, 40) i`,
  tables: { tenants: [], "app_north.notes_north": ["secret"], "app_south.notes_south": ["secret"] },
  changes: `
update app_north.notes_north set body = 'changed' where id % 3 = 0;
delete from app_south.notes_south where id < 5;
insert into app.tenants values (3, 'west')`,
};

export const APPLICATIONS: readonly Application[] = [EVENTS, SHOP, LEDGER, TENANTS];
