import { expect } from "vitest";
import { fresh } from "../freshName";
import { Managed } from "../managed";
import type { TestDatabase } from "../postgres/database";
import { dependenciesOn, rightsOf } from "../postgres/rights";

/** A role without any right yet, a schema with a table `orders`, and the grants between them, which the test makes. */
export interface Grantee {
  role: string;
  schema: string;
  grants: Managed;
}

export const GRANTEE_PASSWORD = "Grand-Ocean7_tulip!Quartz42";

export async function newGrantee(db: TestDatabase): Promise<Grantee> {
  const [role, schema] = [fresh("reader"), fresh("app")];
  await db.asAdmin(`create role ${role} login password '${GRANTEE_PASSWORD}'`);
  await db.asAdmin(`create schema ${schema}`);
  await db.asAdmin(`create table ${schema}.orders (id int primary key, item text, secret text)`);
  return { role, schema, grants: new Managed("ClickPipesGrants", role, db.config) };
}

/** After a test: nothing is left of the grants, and the role could be dropped. */
export async function destroyGrants(
  db: TestDatabase,
  { role, grants }: Pick<Grantee, "role" | "grants"> & Partial<Grantee>,
): Promise<void> {
  await grants.destroy();
  expect(await rightsOf(db, role)).toEqual([]);
  expect(await dependenciesOn(db, role)).toBe(0);
}

/** What grants on the whole schema give while it holds `orders` alone. */
export function rightsOnOrders({ user }: TestDatabase, schema: string): string[] {
  return [
    `SELECT on ${schema}.orders by ${user}`,
    `USAGE on ${schema} by ${user}`,
    `future SELECT in ${schema} for ${user}`,
  ];
}
