/** One problem of an otherwise healthy source, and what its report must show. */
export interface Fault {
  what: string;
  check: string;
  status?: "warning";
  /** Causes it. */
  sql?: string;
  args?: object;
  /** What it inevitably causes as well. */
  also?: string[];
  /** The arguments that fix it, if no statement can. */
  fixedBy?: object;
  /** The fix has to run as well. */
  runs?: true;
  /** A statement that fixes it and that only a person can know. */
  remedy?: string;
  /** Tested on every version, because the catalogs that it reads differ between them. */
  core?: true;
  /** The first version of Postgres that has it. */
  from?: number;
  /** The last version on which the fix is this one. */
  to?: number;
}

const ORDERS = { tables: ["public.orders"] };

/** A table that is published, but not replicated by the pipe. */
function otherTable(what: string, how: { sql?: string; columns?: string; from?: number }): Fault[] {
  const { sql = "", columns = "", from = columns === "" ? 14 : 15 } = how;
  return [
    {
      what: `a table outside the pipe that ${what}`,
      check: "applicationWrites",
      sql: `create table public.log (id int, line text); ${sql}; alter publication pipe add table public.log ${columns}`,
      args: ORDERS,
      from,
    },
  ];
}

/** Problems of the publication, and of what it does to the application. */
export const PUBLICATION_FAULTS: Fault[] = [
  {
    what: "a publication whose name pgoutput folds",
    check: "publication",
    sql: 'alter publication pipe rename to "My Pipe"',
    args: { publication: "My Pipe" },
    fixedBy: { publication: "my_pipe" },
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
    what: "a partitioned table whose partitions are published instead",
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
    what: "a table outside the pipe whose UPDATEs fail",
    core: true,
    check: "applicationWrites",
    sql: "create table public.log (line text); alter publication pipe add table public.log",
    args: ORDERS,
  },
  {
    what: "a column list without the key",
    core: true,
    check: "applicationWrites",
    sql: "alter publication pipe drop table public.orders; alter publication pipe add table public.orders (note) where (id > 5)",
    args: { tables: [{ schema: "public", name: "orders", excludedColumns: ["id"] }] },
    also: ["filters: warning", "keys: blocked"],
    fixedBy: ORDERS,
    runs: true,
    from: 15,
  },
  ...otherTable("is REPLICA IDENTITY NOTHING, without a key", {
    sql: "alter table public.log replica identity nothing",
  }),
  ...otherTable("is REPLICA IDENTITY NOTHING, with a key", {
    sql: "alter table public.log add primary key (id), replica identity nothing",
  }),
  ...otherTable("has lost the index of its replica identity", {
    sql: `alter table public.log alter id set not null, add unique (id); alter table public.log replica identity using index log_id_key;
      alter table public.log drop constraint log_id_key`,
  }),
  ...otherTable("has a deferrable primary key", { sql: "alter table public.log add primary key (id) deferrable" }),
  ...otherTable("is published in part, without a key", { columns: "(id)" }),
  ...otherTable("is published in part under FULL", {
    sql: "alter table public.log replica identity full",
    columns: "(id)",
  }),
  ...otherTable("is published in part under FULL, with a key", {
    sql: "alter table public.log add primary key (id), replica identity full",
    columns: "(id)",
  }),
  ...otherTable("is published without its key", {
    sql: "alter table public.log add primary key (id)",
    columns: "(line)",
  }),
  ...otherTable("is filtered by more than its key", {
    sql: "alter table public.log add primary key (id)",
    columns: "where (line <> '')",
  }),
  ...otherTable("is published in part, and filtered by more than its key", {
    sql: "alter table public.log add primary key (id)",
    columns: "(id, line) where (line <> '')",
  }),
  ...otherTable("has a stored column under FULL", {
    sql: "alter table public.log replica identity full, add twice int generated always as (id * 2) stored",
    from: 18,
  }),
  ...otherTable("has a virtual column under FULL", {
    sql: "alter table public.log replica identity full, add primary key (id), add twice int generated always as (id * 2)",
    from: 18,
  }),
  {
    what: "a table outside the pipe whose UPDATEs fail, if that is accepted",
    check: "applicationWrites",
    status: "warning",
    sql: "create table public.log (line text); alter publication pipe add table public.log",
    args: { ...ORDERS, allowUnsafeTables: true },
  },
  {
    what: "a table in the pipe without a key, even if that is accepted",
    check: "identity",
    sql: "alter table public.orders drop constraint orders_pkey",
    args: { allowUnsafeTables: true },
  },
  {
    what: "a column list without the key of a partitioned table",
    core: true,
    check: "applicationWrites",
    sql: `alter table shop.events add note text; alter publication pipe drop table shop.events;
      alter publication pipe add table shop.events (note)`,
    args: { tables: ["public.orders"] },
    from: 15,
  },
  {
    what: "a partitioned table whose future partitions will have no key",
    check: "futurePartitions",
    status: "warning",
    sql: `alter table shop.events drop constraint events_pkey; create unique index on shop.events (id);
      alter table shop.events replica identity full; alter table shop.events_1 replica identity full`,
  },
];
