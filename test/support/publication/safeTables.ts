import type { Case } from "./unsafeTables";

/** Publishing any of these does not affect the application. */
export const SAFE: Omit<Case, "hazard">[] = [
  { what: "a primary key", ddl: "create table t (id int primary key, a int)" },
  {
    what: "a unique index as the identity",
    ddl: "create table t (id int, u int not null default 1, a int); create unique index t_u on t (u); alter table t replica identity using index t_u",
  },
  { what: "FULL, without any key", ddl: "create table t (id int, a int); alter table t replica identity full" },
  {
    what: "no identity, where only inserts are published",
    ddl: "create table t (id int, a int)",
    args: { publish: ["insert", "truncate"] },
  },
  {
    what: "a filter and a list outside the key, where only inserts are published",
    least: 15,
    ddl: "create table t (id int primary key, a int, b int)",
    columns: ["b"],
    where: "a > 0",
    args: { publish: ["insert"] },
  },
  {
    what: "a partitioned table with a key, and a partition to come",
    ddl: "create table t (id int primary key, a int) partition by range (id)",
    later: "create table t_1 partition of t default",
  },
  {
    what: "a child by inheritance without an identity, which was not listed",
    ddl: "create table t (id int primary key, a int); create table t_1 () inherits (t)",
  },
  {
    what: "a list of the key without what the key only includes",
    least: 15,
    ddl: "create table t (id int, a int, primary key (id) include (a))",
    columns: ["id"],
  },
  {
    what: "a filter on the key next to a list, under names that contain each other",
    least: 15,
    ddl: "create table t (id int primary key, a int, d int)",
    columns: ["id", "d"],
    where: "id <> 4",
  },
  {
    what: "a filter outside the key under FULL",
    least: 15,
    ddl: "create table t (id int primary key, a int); alter table t replica identity full",
    where: "a > 0 or a is null",
  },
  {
    what: "a stored generated column under FULL, published",
    least: 18,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2) stored); alter table t replica identity full",
    args: { publishGeneratedColumns: "stored" },
  },
  {
    what: "a stored generated column under FULL",
    most: 17,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2) stored); alter table t replica identity full",
  },
  {
    what: "a stored generated column in the key",
    most: 17,
    ddl: "create table t (id int, a int, g int generated always as (id * 2) stored primary key)",
  },
  {
    what: "a stored generated column in the key, listed",
    least: 18,
    ddl: "create table t (id int, a int, g int generated always as (id * 2) stored primary key)",
    columns: ["g", "a"],
  },
  {
    what: "a virtual generated column next to a key",
    least: 18,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2))",
  },
];
