/** A table, and what is wrong or right with it once it is published. */
export interface Case {
  what: string;
  /** `t` stands for the table's name. */
  ddl: string;
  least?: number;
  most?: number;
  columns?: string[];
  where?: string;
  args?: object;
  /** Run after the publication is created, before the application's UPDATE. */
  later?: string;
  /** What the refusal says. */
  hazard: string;
  /** The statement in the refusal, and the key to put into it. */
  fix?: string;
  key?: string;
  /** The arguments in the refusal, if no statement fixes it. */
  instead?: { columns?: string[]; where?: string; args?: object };
}

/** Publishing any of these makes the application's UPDATE or DELETE fail. */
export const UNSAFE: Case[] = [
  {
    what: "no identity",
    ddl: "create table t (id int, a int)",
    hazard: "has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "no identity",
    ddl: "create table t (id int, a int)",
    hazard: "has no primary key",
    fix: "ALTER TABLE t REPLICA IDENTITY FULL",
  },
  {
    what: "a nullable unique index",
    ddl: "create table t (id int unique, a int)",
    hazard: "has no primary key",
    fix: "ALTER TABLE t REPLICA IDENTITY FULL",
  },
  {
    what: "a partial unique index",
    ddl: "create table t (id int not null, a int); create unique index on t (id) where id > 0",
    hazard: "has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "a deferrable unique constraint",
    ddl: "create table t (id int not null unique deferrable, a int)",
    hazard: "has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "a unique index that is not the identity",
    ddl: "create table t (id int not null, a int); create unique index t_u on t (id)",
    hazard: "has no primary key",
    fix: 'ALTER TABLE t REPLICA IDENTITY USING INDEX "t_u"',
  },
  {
    what: "a deferrable primary key",
    ddl: "create table t (id int primary key deferrable initially deferred, a int)",
    hazard: "has only a deferrable primary key",
    fix: "ALTER TABLE t REPLICA IDENTITY FULL",
  },
  {
    what: "identity NOTHING next to a key",
    ddl: "create table t (id int primary key, a int); alter table t replica identity nothing",
    hazard: "has REPLICA IDENTITY NOTHING",
    fix: "ALTER TABLE t REPLICA IDENTITY DEFAULT",
  },
  {
    what: "an identity index that was dropped",
    ddl: "create table t (id int primary key, u int not null default 1, a int); create unique index t_u on t (u); alter table t replica identity using index t_u; drop index t_u",
    hazard: "has lost the index of its replica identity",
    fix: "ALTER TABLE t REPLICA IDENTITY DEFAULT",
  },
  {
    what: "an invalid identity index",
    ddl: "create table t (id int not null, a int); create unique index t_u on t (id); alter table t replica identity using index t_u; update pg_index set indisvalid = false where indexrelid = 'public.t_u'::regclass",
    hazard: "has an invalid index as its replica identity",
    fix: 'REINDEX INDEX CONCURRENTLY "public"."t_u"',
  },
  {
    what: "an invalid primary key",
    ddl: "create table t (id int primary key, a int); update pg_index set indisvalid = false where indrelid = 'public.t'::regclass",
    hazard: "has an invalid index as its replica identity",
    fix: 'REINDEX INDEX CONCURRENTLY "public"."t_pkey"',
  },
  {
    what: "partitions without a key",
    ddl: "create table t (id int, a int) partition by range (id); create table t_1 partition of t default",
    hazard: "t_1 has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "future partitions",
    ddl: "create table t (id int, a int) partition by range (id)",
    later: "create table t_1 partition of t default",
    hazard: "future partitions will have no replica identity",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "future partitions, where the one that is there has an identity of its own",
    ddl: "create table t (id int, a int) partition by range (id); create table t_2 partition of t for values from (5) to (9); alter table t_2 replica identity full",
    later: "create table t_1 partition of t default",
    hazard: "future partitions will have no replica identity",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "FULL on a partitioned table, which its partitions do not take on",
    ddl: "create table t (id int, a int) partition by range (id); alter table t replica identity full; create table t_1 partition of t default",
    hazard: "t_1 has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "a partition two levels down",
    ddl: "create table t (id int, a int) partition by range (id); create table t_1 partition of t default partition by list (a); create table t_1_1 partition of t_1 default",
    key: "id, a",
    hazard: "t_1_1 has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "a deferrable primary key on a partitioned table",
    ddl: "create table t (id int primary key deferrable, a int) partition by range (id); create table t_1 partition of t default",
    hazard: "t_1 has only a deferrable primary key",
  },
  {
    what: "a list without the key",
    least: 15,
    ddl: "create table t (id int primary key, a int)",
    columns: ["a"],
    hazard: "has a column list without id of its replica identity",
    instead: { columns: ["a", "id"] },
  },
  {
    what: "a list under FULL",
    least: 15,
    ddl: "create table t (id int primary key, a int); alter table t replica identity full",
    columns: ["id"],
    hazard: "has REPLICA IDENTITY FULL, which allows no column list",
    fix: "ALTER TABLE t REPLICA IDENTITY DEFAULT",
  },
  {
    what: "a list on a partitioned table with a partition under FULL",
    least: 15,
    ddl: "create table t (id int primary key, a int) partition by range (id); create table t_1 partition of t default; alter table t_1 replica identity full",
    columns: ["id"],
    hazard: "t_1 has REPLICA IDENTITY FULL",
    fix: "ALTER TABLE t_1 REPLICA IDENTITY DEFAULT",
  },
  {
    what: "a filter outside the key",
    least: 15,
    ddl: "create table t (id int primary key, a int)",
    where: "a > 0",
    hazard: "has a row filter on a, outside its replica identity",
    fix: "ALTER TABLE t REPLICA IDENTITY FULL",
  },
  {
    what: "a filter on a column that the key only includes",
    least: 15,
    ddl: "create table t (id int, a int, primary key (id) include (a))",
    where: "a > 0",
    hazard: "has a row filter on a, outside",
    fix: "ALTER TABLE t REPLICA IDENTITY FULL",
  },
  {
    what: "a filter and a list",
    least: 15,
    ddl: "create table t (id int primary key, a int, b int)",
    where: "a > 0",
    columns: ["id", "a"],
    hazard: "has a row filter on a, outside",
    instead: { columns: ["id", "a"] },
  },
  {
    what: "a filter on a partitioned table, outside the key of its partition",
    least: 15,
    ddl: "create table t (id int primary key, a int) partition by range (id); create table t_1 partition of t default",
    where: "a > 0",
    hazard: "t_1 has a row filter on a, outside",
    instead: { where: "id > 0" },
  },
  {
    what: "a filter on a partitioned table whose future partitions will not be FULL",
    least: 15,
    ddl: "create table t (id int primary key, a int) partition by range (id); create table t_2 partition of t for values from (5) to (9); alter table t_2 replica identity full",
    where: "a > 0",
    later: "create table t_1 partition of t default",
    hazard: "t has a row filter on a, outside",
    instead: { where: "id > 0" },
  },
  {
    what: "a stored generated column under FULL",
    least: 18,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2) stored); alter table t replica identity full",
    hazard: "has REPLICA IDENTITY FULL and a stored generated column",
    fix: "ALTER TABLE t REPLICA IDENTITY DEFAULT",
  },
  {
    what: "a stored generated column under FULL",
    least: 18,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2) stored); alter table t replica identity full",
    hazard: "has REPLICA IDENTITY FULL and a stored generated column",
    instead: { args: { publishGeneratedColumns: "stored" } },
  },
  {
    what: "a virtual generated column under FULL",
    least: 18,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2)); alter table t replica identity full",
    hazard: "has REPLICA IDENTITY FULL and a virtual generated column",
    args: { publishGeneratedColumns: "stored" },
    fix: "ALTER TABLE t REPLICA IDENTITY DEFAULT",
  },
  {
    what: "a stored generated column in the key",
    least: 18,
    ddl: "create table t (id int, a int, g int generated always as (id * 2) stored primary key)",
    hazard: "has a stored generated column in its replica identity",
    instead: { args: { publishGeneratedColumns: "stored" } },
  },
];
