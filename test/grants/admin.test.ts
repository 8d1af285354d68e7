import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Grantee } from "../support/grants/grantee";
import { ADMIN, destroyPlainGrants, newPlainGrantee, usePlainAdmin } from "../support/grants/plainAdmin";
import { Managed } from "../support/managed";
import type { PostgresVersion } from "../support/postgres/servers";
import { useWarnings } from "../support/warnings";

describe.each<PostgresVersion>([14, 16, 18])("grants by an admin who isn't a superuser, on Postgres %i", (version) => {
  const at = usePlainAdmin(version);
  useWarnings();
  let { role, schema, grants } = {} as Grantee;

  beforeEach(async () => {
    ({ role, schema, grants } = await newPlainGrantee(at));
  });
  afterEach(() => destroyPlainGrants(at, { role, schema, grants }));

  test("the admin's current role may differ from the one that logged in", async () => {
    const owner = await at.createRole("owner", "set");
    await at.superuser.query(`alter schema ${schema} owner to ${owner}`);
    await at.createTable(owner, `${schema}.first`);
    const work = await at.createRole("work", "set", false);
    await at.superuser.query(
      `grant ${owner} to ${work} ${version < 16 ? "" : "with inherit false, set true"}; alter role ${work} createrole noinherit`,
    );
    if (version >= 16) await at.superuser.query(`grant ${role} to ${work} with admin option`);
    const uri = `${at.config["clickpipes:connectionUri"]}&options=${encodeURIComponent(`-c role=${work}`)}`;
    const other = new Managed("ClickPipesGrants", `${role}_other`, { "clickpipes:connectionUri": uri });
    await other.up({ role, schemas: [schema] });
    expect(await at.rights(role)).toContain(`SELECT on ${schema}.first by ${owner}`);
    expect(await other.refresh()).toBe(false);
    await other.destroy();
  });

  test("CONNECT is granted if PUBLIC doesn't have it, and reported if the admin may not grant it", async () => {
    await at.admin.query("revoke connect on database app from public");
    await grants.up({ role, schemas: [schema] });
    expect(await at.rights(role)).toContain(`CONNECT on app by ${ADMIN}`);
    await grants.destroy();
    expect(await at.rights(role)).toEqual([]);
    await at.superuser.query("alter database app owner to cloud_admin; grant connect, create on database app to boss");
    await grants.up({ role, schemas: [schema] });
    const uncovered = grants.outputs.uncovered as { object: string; kind: string; fix: string }[];
    expect(uncovered).toMatchObject([{ kind: "database", object: "app" }]);
    await at.superuser.query(String(uncovered[0]?.fix));
    expect(await grants.refresh()).toBe(false);
    expect(grants.outputs.uncovered).toEqual([]);
    await grants.destroy();
    await at.superuser.query(
      `alter database app owner to ${ADMIN}; grant connect on database app to public; revoke connect on database app from ${role}`,
    );
  });

  test("the error names the session that holds a required lock", async () => {
    await at.admin.query(`create table ${schema}.orders (id int)`);
    await at.superuser.query(`begin; alter table ${schema}.orders add column more int`);
    const impatient = new Managed("ClickPipesGrants", `${role}_x`, { ...at.config, "clickpipes:lockTimeout": "0.2" });
    const { rows } = await at.superuser.query<{ pid: number }>("select pg_backend_pid() as pid");
    await expect(impatient.up({ role, schemas: [schema] })).rejects.toThrow(
      new RegExp(`could not get a lock in 3 tries of 0.2 s.*\n.*pid ${rows[0]?.pid} \\(user cloud_admin`),
    );
    await at.superuser.query("rollback");
    expect(await at.rights(role)).toEqual([]);
  });
});
