import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiRole, createNeonRoles, NEON_DATABASE, NEON_OWNER, neonSettings } from "../support/postgres/neonRoles";
import { POSTGRES_VERSIONS, type PostgresServer, startPostgres } from "../support/postgres/servers";
import { asSuperuser } from "../support/postgres/superuser";

const PASSWORD = "owner's password";
const IDENTITY = { projectId: "quiet-sea-1", branchId: "br-1", endpointId: "ep-1", tenantId: "t", timelineId: "l" };

describe.each(POSTGRES_VERSIONS)("on Postgres %i", (version) => {
  let server: PostgresServer;
  let owner: Client;

  beforeAll(async () => {
    server = await startPostgres({ version, settings: neonSettings(IDENTITY) });
    await createNeonRoles(server, PASSWORD);
    await createApiRole(server, { name: "api_role", password: PASSWORD });
    await asSuperuser(server, NEON_DATABASE, ["create schema elsewhere", "create table elsewhere.foreign_t (id int)"]);
    owner = new Client(server.uri({ user: NEON_OWNER, password: PASSWORD, database: NEON_DATABASE }));
    await owner.connect();
    await owner.query("create table own_t (id int primary key); create role sql_role login");
  });
  afterAll(async () => {
    await owner?.end();
    await server?.stop();
  });

  const rows = async (sql: string): Promise<unknown[]> => (await owner.query(sql)).rows;
  const codeOf = (sql: string): Promise<string> =>
    owner.query(sql).then(
      () => "ok",
      ({ code }) => code,
    );

  test("the settings name the project and its branch to everybody", async () => {
    expect(
      await rows("select current_setting('neon.project_id') as project, current_setting('neon.branch_id') as branch"),
    ).toEqual([{ project: IDENTITY.projectId, branch: IDENTITY.branchId }]);
    expect(await rows("show neon.privileged_role_name")).toEqual([{ "neon.privileged_role_name": "neon_superuser" }]);
  });

  test("neon_superuser is what Neon makes it", async () => {
    const memberships = await rows(
      "select roleid::regrole::text as role, admin_option as admin from pg_auth_members where member = 'neon_superuser'::regrole",
    );
    const plain = ["pg_read_all_data", "pg_write_all_data"];
    if (version >= 16) plain.push("pg_create_subscription");
    if (version >= 17) plain.push("pg_maintain");
    if (version >= 18) plain.push("pg_signal_autovacuum_worker");
    const expected = [
      ...plain.map((role) => ({ role, admin: false })),
      ...["pg_monitor", "pg_signal_backend"].map((role) => ({ role, admin: true })),
    ];
    expect(memberships).toHaveLength(expected.length);
    expect(memberships).toEqual(expect.arrayContaining(expected));
  });

  test("roles of the API are administrators and no superusers", async () => {
    const attributes = await rows(`
      select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls
        from pg_roles where pg_has_role(oid, 'neon_superuser', 'member') and rolname in ('neondb_owner', 'api_role') order by 1`);
    const administrator = {
      ...{ rolsuper: false, rolinherit: true, rolcreaterole: true, rolcreatedb: true },
      ...{ rolcanlogin: true, rolreplication: true, rolbypassrls: true },
    };
    expect(attributes).toEqual([
      { rolname: "api_role", ...administrator },
      { rolname: "neondb_owner", ...administrator },
    ]);
  });

  test("the database is the owner's, public too, and cloud_admin's default privileges are there", async () => {
    expect(
      await rows(`
        select datdba::regrole::text as owner, nspowner::regrole::text as public,
               has_database_privilege('neon_superuser', d.oid, 'create') as granted
          from pg_database d, pg_namespace where datname = current_database() and nspname = 'public'`),
    ).toEqual([{ owner: NEON_OWNER, public: NEON_OWNER, granted: true }]);
    const defaults = await rows("select defaclrole::regrole::text as role, defaclacl::text as acl from pg_default_acl");
    expect(defaults).toHaveLength(2);
    expect(defaults).toEqual(
      expect.arrayContaining([
        { role: "cloud_admin", acl: expect.stringMatching(/^\{neon_superuser=a\*r\*w\*.*\/cloud_admin\}$/) },
        { role: "cloud_admin", acl: "{neon_superuser=r*w*U*/cloud_admin}" },
      ]),
    );
  });

  // What Postgres allows the owner: `before` on 14 and 15, `after` from 16 on.
  test.each([
    ["create role replicator login replication", "42501", "ok"],
    ["alter role sql_role replication", "42501", "ok"],
    ["alter role sql_role nobypassrls", "42501", "ok"],
    ["alter role sql_role nosuperuser", "42501", "42501"],
    ["alter role api_role connection limit 3", "42501", "42501"],
    ["drop role api_role", "ok", "42501"],
    ["grant pg_read_all_data to sql_role", "ok", "42501"],
    ["grant pg_monitor to sql_role", "ok", "ok"],
    ["grant select on all tables in schema public to sql_role", "ok", "ok"],
    ["create publication own for table own_t", "ok", "ok"],
    ["create publication other for table elsewhere.foreign_t", "42501", "42501"],
    ["create publication everything for all tables", "42501", "42501"],
    ["drop owned by sql_role", "42501", "42501"],
    ["select rolpassword from pg_authid limit 1", "ok", "ok"],
    ["select pg_create_logical_replication_slot('s', 'pgoutput')", "55000", "55000"],
  ])("%s", async (sql, before, after) => {
    await owner.query("begin");
    const code = await codeOf(sql);
    await owner.query("rollback");
    expect(code).toBe(version < 16 ? before : after);
  });

  test("granting on somebody else's table only warns", async () => {
    const notices: unknown[] = [];
    owner.on("notice", ({ code }) => notices.push(code));
    await owner.query("grant select on elsewhere.foreign_t to sql_role");
    expect(notices).toEqual(["01007"]);
  });
});
