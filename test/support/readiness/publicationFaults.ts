/** One thing that is wrong with an otherwise healthy source, and what its report must say. */
export interface Fault {
  what: string;
  check: string;
  status?: "warning";
  /** How it comes about. */
  sql?: string;
  args?: object;
  /** What cannot but show as well. */
  also?: string[];
  /** Where no statement can be given: arguments that mend it, or one that only a person can know. */
  mended?: object;
  /** The fix is run as well, and then they are these. */
  runs?: true;
  remedy?: string;
  /** Tried on every version: what is read from catalogs that differ between them. */
  core?: true;
  /** The least version of Postgres that knows of it. */
  from?: number;
}

const ORDERS = { tables: ["public.orders"] };

/** A table that is published and not the pipe's. */
function beside(what: string, how: { sql?: string; columns?: string; from?: number }): Fault[] {
  const { sql = "", columns = "", from = columns === "" ? 14 : 15 } = how;
  return [
    {
      what: `a table beside the pipe's that ${what}`,
      check: "applicationWrites",
      sql: `create table public.log (id int, line text); ${sql}; alter publication pipe add table public.log ${columns}`,
      args: ORDERS,
      from,
    },
  ];
}

/** Of the publication, and of what it does to the application. */
export const PUBLICATION_FAULTS: Fault[] = [
  {
    what: "a publication whose name pgoutput folds",
    check: "publication",
    sql: 'alter publication pipe rename to "My Pipe"',
    args: { publication: "My Pipe" },
    mended: { publication: "my_pipe" },
    runs: true,
  },
  {
    what: "a publication that does not exist",
    check: "publication",
    sql: "drop publication pipe",
    args: { tables: ["public.orders", "shop.events"] },
  },
  {
    what: "a table that is not published",
    core: true,
    check: "published",
    sql: "alter publication pipe drop table shop.items",
    args: { tables: ["public.orders", "shop.items"] },
  },
  {
    what: "a partitioned table whose partitions are published in its place",
    core: true,
    check: "viaRoot",
    sql: "alter publication pipe set (publish_via_partition_root = false)",
    args: { tables: ["shop.events"] },
    also: ["published: blocked"],
  },
  {
    what: "operations that are not published",
    check: "operations",
    status: "warning",
    sql: "alter publication pipe set (publish = 'insert, update')",
  },
  {
    what: "a column that is neither published nor excluded",
    core: true,
    check: "columns",
    sql: "alter publication pipe drop table public.orders; alter publication pipe add table public.orders (id)",
    from: 15,
  },
  {
    what: "a row filter",
    core: true,
    check: "filters",
    status: "warning",
    sql: "alter publication pipe drop table public.orders; alter publication pipe add table public.orders where (id > 5)",
    from: 15,
  },
  {
    what: "a table beside the pipe's that loses its UPDATEs",
    core: true,
    check: "applicationWrites",
    sql: "create table public.log (line text); alter publication pipe add table public.log",
    args: ORDERS,
  },
  {
    what: "a list of columns without the key",
    core: true,
    check: "applicationWrites",
    sql: "alter publication pipe drop table public.orders; alter publication pipe add table public.orders (note) where (id > 5)",
    args: { tables: [{ schema: "public", name: "orders", excludedColumns: ["id"] }] },
    also: ["filters: warning"],
    from: 15,
  },
  ...beside("is REPLICA IDENTITY NOTHING, without a key", { sql: "alter table public.log replica identity nothing" }),
  ...beside("is REPLICA IDENTITY NOTHING, with a key", {
    sql: "alter table public.log add primary key (id), replica identity nothing",
  }),
  ...beside("has lost the index of its replica identity", {
    sql: `alter table public.log alter id set not null, add unique (id); alter table public.log replica identity using index log_id_key;
      alter table public.log drop constraint log_id_key`,
  }),
  ...beside("has a deferrable primary key", { sql: "alter table public.log add primary key (id) deferrable" }),
  ...beside("is published in part, without a key", { columns: "(id)" }),
  ...beside("is published in part under FULL", {
    sql: "alter table public.log replica identity full",
    columns: "(id)",
  }),
  ...beside("is published in part under FULL, with a key", {
    sql: "alter table public.log add primary key (id), replica identity full",
    columns: "(id)",
  }),
  ...beside("is published without its key", { sql: "alter table public.log add primary key (id)", columns: "(line)" }),
  ...beside("is filtered by more than its key", {
    sql: "alter table public.log add primary key (id)",
    columns: "where (line <> '')",
  }),
  ...beside("is published in part, and filtered by more than its key", {
    sql: "alter table public.log add primary key (id)",
    columns: "(id, line) where (line <> '')",
  }),
  ...beside("has a stored column under FULL", {
    sql: "alter table public.log replica identity full, add twice int generated always as (id * 2) stored",
    from: 18,
  }),
  ...beside("has a virtual column under FULL", {
    sql: "alter table public.log replica identity full, add primary key (id), add twice int generated always as (id * 2)",
    from: 18,
  }),
  {
    what: "a table beside the pipe's that loses its UPDATEs with consent",
    check: "applicationWrites",
    status: "warning",
    sql: "create table public.log (line text); alter publication pipe add table public.log",
    args: { ...ORDERS, allowUnsafeTables: true },
  },
  {
    what: "a table of the pipe's without a key, whatever the consent",
    check: "identity",
    sql: "alter table public.orders drop constraint orders_pkey",
    args: { allowUnsafeTables: true },
  },
  {
    what: "a list of columns that leaves out the key of a partitioned table",
    core: true,
    check: "applicationWrites",
    sql: `alter table shop.events add note text; alter publication pipe drop table shop.events;
      alter publication pipe add table shop.events (note)`,
    args: { tables: ["public.orders"] },
    from: 15,
  },
  {
    what: "a partitioned table whose partitions to come have no key",
    check: "futurePartitions",
    status: "warning",
    sql: `alter table shop.events drop constraint events_pkey; create unique index on shop.events (id);
      alter table shop.events replica identity full; alter table shop.events_1 replica identity full`,
  },
];
