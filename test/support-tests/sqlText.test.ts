import { expect, test } from "vitest";
import { readSql } from "../support/neon/proxy/sqlText";
import { commits, deepStrings, makesWidePublication, mayChangeRoles } from "../support/neon/proxy/statementKind";

const texts = (sql: string): string[] => readSql(sql).map(({ text }) => text);
const strings = (sql: string): string[] => readSql(sql).flatMap((statement) => deepStrings(statement));

test.each([
  ["select 1; select 2;", ["select 1", "select 2"]],
  [";; ;", []],
  ["-- only; a comment", []],
  ["/* a; /* nested; */ b; */ select 1", ["/* a; /* nested; */ b; */ select 1"]],
  [`select ';', ";" ; commit`, [`select ';', ";"`, "commit"]],
  ["do $$ begin; end $$; select $1", ["do $$ begin; end $$", "select $1"]],
  ["do $a$ $$;$$ $a$; end", ["do $a$ $$;$$ $a$", "end"]],
  ["select E'\\';'; select 'it''s;'", ["select E'\\';'", "select 'it''s;'"]],
  ["select a$b$c; select 2", ["select a$b$c", "select 2"]],
  ["select 'never closed; select 1", ["select 'never closed", "select 1"]],
])("%s is cut where the server cuts it", (sql, expected) => {
  expect(texts(sql)).toEqual(expected);
});

test.each([
  ["select 'a', 'it''s'", ["a", "it's"]],
  ["select E'\\x41\\n\\\\\\u00e9'", ["A\n\\é"]],
  ["select $x$a'b$x$", ["a'b"]],
  ["do $$ begin execute 'x ''y'' z'; end $$", [" begin execute 'x ''y'' z'; end ", "x 'y' z", "y"]],
])("%s has these strings, also within strings", (sql, expected) => {
  expect(strings(sql)).toEqual(expected);
});

test.each([
  ["create publication p for all tables", true],
  ["CREATE PUBLICATION \"for\" FOR /* x */ ALL\nTABLES WITH (publish = 'insert')", true],
  ["create publication p for table a, tables in schema b", true],
  ["create publication p for table a", false],
  ["create publication p", false],
  ["alter publication p add tables in schema b", false],
  ["select 'create publication p for all tables'", false],
  ["do $$ begin create publication p for all tables; end $$", true],
  ["do $$ begin execute 'create publication p for all tables'; end $$", true],
])("%s makes a wide publication: %s", (sql, expected) => {
  expect(readSql(sql).some(makesWidePublication)).toBe(expected);
});

test.each([
  ["create role r", true],
  ["ALTER USER u PASSWORD 'x'", true],
  ["-- first\ncreate group g", true],
  ["do 'begin end'", true],
  ["set role r", false],
  ["select 'create role r'", false],
  ["grant a to b", false],
])("%s may change roles: %s", (sql, expected) => {
  expect(readSql(sql).some(mayChangeRoles)).toBe(expected);
});

test.each([
  ["commit", true],
  ["END WORK", true],
  ["commit and chain", true],
  ["commit prepared 'x'", false],
  ["rollback", false],
])("%s commits: %s", (sql, expected) => {
  expect(readSql(sql).some(commits)).toBe(expected);
});
