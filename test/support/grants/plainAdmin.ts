import type { Client } from "pg";
import { afterAll, beforeAll, expect } from "vitest";
import { fresh } from "../freshName";
import { Managed } from "../managed";
import { type TestDatabase, useDatabase } from "../postgres/database";
import { openSession } from "../postgres/login";
import { dependenciesOn, rightsOf } from "../postgres/rights";
import type { PostgresVersion } from "../postgres/servers";
import { GRANTEE_PASSWORD, type Grantee } from "./grantee";

/** How the admin is a member of a role: with INHERIT, with SET, with neither of them, or not at all. */
type Membership = "inherit" | "set" | "neither" | "none";

export const ADMIN = "boss";

/** A database `app` whose admin isn't a superuser, and has only the rights of the roles that the test makes it a member of. */
export interface PlainAdmin {
  readonly version: PostgresVersion;
  readonly db: TestDatabase;
  config: Record<string, string>;
  superuser: Client;
  admin: Client;
  rights(role: string): Promise<string[]>;
  createRole(name: string, membership: Membership, login?: boolean): Promise<string>;
  /** `via`: the role that it sets first. */
  createTable(role: string, table: string, via?: string): Promise<void>;
  login(role: string): Promise<Client>;
}

export function usePlainAdmin(version: PostgresVersion): PlainAdmin {
  const db = useDatabase(version);
  const plain: PlainAdmin = {
    version,
    db,
    config: {},
    superuser: {} as Client,
    admin: {} as Client,
    rights: (role) => rightsOf({ ...db, query: queriesOf(plain.superuser) }, role),
    createRole: (name, membership, login = true) => createRole(plain, name, membership, login),
    createTable: (role, table, via) => createTable(plain, role, table, via),
    login: (role) => openSession(db, role, GRANTEE_PASSWORD, "app"),
  };
  beforeAll(async () => {
    await db.query(
      `create role ${ADMIN} login createrole password '${GRANTEE_PASSWORD}' ${version < 16 ? "noinherit" : ""}`,
    );
    await db.query(`create database app owner ${ADMIN}`);
    plain.config = { "clickpipes:connectionUri": db.uriOf(ADMIN, GRANTEE_PASSWORD, "app") };
    plain.superuser = await openSession(db, "cloud_admin", decodeURIComponent(new URL(db.uri).password), "app");
    plain.admin = await plain.login(ADMIN);
  });
  afterAll(() => Promise.all([plain.superuser.end?.(), plain.admin.end?.()]));
  return plain;
}

function queriesOf(session: Client): TestDatabase["query"] {
  return async <T>(text: string, values?: unknown[]) => (await session.query(text, values)).rows as T[];
}

async function createTable(plain: PlainAdmin, role: string, table: string, via?: string): Promise<void> {
  const session = await plain.login(role);
  if (via) await session.query(`set role ${via}`);
  await session.query(`create table ${table} (id int)`);
  await session.end();
}

async function createRole(
  { version, superuser }: PlainAdmin,
  name: string,
  membership: Membership,
  login: boolean,
): Promise<string> {
  const role = fresh(name);
  await superuser.query(`create role ${role} ${login ? `login password '${GRANTEE_PASSWORD}'` : ""}`);
  if (membership === "none") return role;
  const options = {
    inherit: "with inherit true, set false",
    set: "with inherit false, set true",
    neither: "with inherit false, set false",
  }[membership];
  await superuser.query(`grant ${role} to ${ADMIN} ${version < 16 ? "" : options}`);
  return role;
}

/** A role without any right yet, an empty schema, and the grants between them, which the test makes. */
export async function newPlainGrantee(at: PlainAdmin): Promise<Grantee> {
  const [role, schema] = [fresh("reader"), fresh("app")];
  await at.admin.query(`create role ${role} login password '${GRANTEE_PASSWORD}'`);
  await at.admin.query(`create schema ${schema}`);
  return { role, schema, grants: new Managed("ClickPipesGrants", role, at.config) };
}

/** After a test: nothing is left of the grants, and the role could be dropped. */
export async function destroyPlainGrants(at: PlainAdmin, { role, grants }: Grantee): Promise<void> {
  await grants.destroy();
  expect(await at.rights(role)).toEqual([]);
  expect(await dependenciesOn(at.db, role)).toBe(0);
}
