import { identifier, qualified } from "../../postgres/sql/statement";
import type { ReadinessCheck } from "../check";
import type { Facts } from "./facts";
import { columnList } from "./fixes";
import { judgeTables } from "./judge";

export function rightChecks({ role, tables, server }: Facts): ReadinessCheck[] {
  if (!server.roleExists) return [];
  const name = identifier(role);
  const there = tables.filter(({ exists }) => exists);
  return [
    judgeTables(
      "usage",
      there.filter(({ usage }) => !usage),
      `role "${role}" has USAGE on all schemas`,
      {
        detail: `role "${role}" has no USAGE on the schema of`,
        fix: ({ schema }) => `GRANT USAGE ON SCHEMA ${identifier(schema)} TO ${name}`,
      },
    ),
    judgeTables(
      "select",
      there.filter(({ selectable }) => !selectable),
      `role "${role}" can read all tables`,
      {
        detail: `role "${role}" cannot read all columns of`,
        fix: (table) => `GRANT SELECT${columnList(table.columns)} ON ${qualified(table)} TO ${name}`,
      },
    ),
  ];
}
