import { fresh } from "../freshName";
import { Managed } from "../managed";
import type { TestDatabase } from "../postgres/database";

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
