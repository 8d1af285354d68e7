import { Client } from "pg";

/** The tables of this demo's application. */
const SAMPLE = /* SQL */ `
create table public.customers (
  id bigint generated always as identity primary key,
  name text not null,
  joined timestamptz not null default now()
);
create table public.orders (
  id bigint generated always as identity primary key,
  customer_id bigint not null references public.customers,
  product text not null,
  amount numeric(10, 2) not null
);
create schema shop;
create table shop.products (sku text primary key, price numeric(10, 2) not null);
comment on table shop.products is 'what can be ordered';

insert into public.customers (name) select 'customer ' || i from generate_series(1, 100) i;
insert into shop.products select 'sku-' || i, i * 1.5 from generate_series(1, 20) i;
insert into public.orders (customer_id, product, amount)
select 1 + i % 100, 'sku-' || (1 + i % 20), i from generate_series(1, 1000) i;
`;

export async function withClient<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function loadSample(connectionUri: string): Promise<void> {
  await withClient(connectionUri, async (client) => {
    await client.query(SAMPLE);
    const { rows } = await client.query<{ count: string }>(
      "select (select count(*) from customers) + (select count(*) from orders) + (select count(*) from shop.products) as count",
    );
    console.log(`  public.customers, public.orders, shop.products: ${rows[0]?.count} rows`);
  });
}

/** Makes one change of each kind, and describes them. */
export async function changeOrders(connectionUri: string): Promise<string> {
  return withClient(connectionUri, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "insert into orders (customer_id, product, amount) values (7, 'sku-3', 42.50) returning id",
    );
    await client.query("update orders set amount = amount + 0.01 where id = 5");
    await client.query("delete from orders where id = 6");
    return `inserted order ${rows[0]?.id}, changed order 5 and deleted order 6`;
  });
}
