import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { destroyGrants, type Grantee, newGrantee } from "../../support/grants/grantee";
import { type Place, useDatabase } from "../../support/postgres/database";
import { rightsOf } from "../../support/postgres/rights";
import { useWarnings } from "../../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)(
  "rights that the role granted to others, on Postgres $version as $admin",
  ({ version, admin }) => {
    const db = useDatabase(version, admin);
    useWarnings();
    let { role, schema, grants } = {} as Grantee;

    beforeAll(() => db.asAdmin('create role "Analyst"; create role dba'));
    beforeEach(async () => {
      ({ role, schema, grants } = await newGrantee(db));
      await db.asAdmin(`create table ${schema}.lines (id int, price int)`);
      await db.asAdmin(`create role ${role}_next`);
    });
    afterEach(async () => {
      await destroyGrants(db, { role, schema, grants });
      await db.asAdmin(`drop role ${role}, ${role}_next`);
    });

    const asRole = (text: string) => db.query(`set role ${role}; ${text}; reset role`);

    /** The statements of the message, which are one a line. */
    const fixesIn = (message: string) => message.split("\n").filter((line) => /^(REVOKE|GRANT) .*;$/.test(line));

    async function refusalOf(work: () => Promise<unknown>): Promise<string> {
      const error = await work().then(
        () => undefined,
        (refused: unknown) => refused,
      );
      return (error as Error | undefined)?.message ?? "accepted";
    }

    test("are named by destroy, with the statements that take them away and grant them directly", async () => {
      const columns = { schema, name: "lines", columns: ["id"] };
      await grants.up({ role, tables: [`${schema}.orders`, columns] });
      await db.asAdmin(`grant select on ${schema}.orders to ${role} with grant option`);
      await db.asAdmin(`grant select (id) on ${schema}.lines to ${role} with grant option`);
      await db.asAdmin(`grant usage on schema ${schema} to ${role} with grant option`);
      await asRole(
        `grant usage on schema ${schema} to dba; grant select on ${schema}.orders to "Analyst", dba; grant select (id) on ${schema}.lines to public`,
      );
      const before = await rightsOf(db, role);
      const message = await refusalOf(() => grants.destroy());
      expect(message).toBe(
        [
          `role "${role}" has granted rights to other roles that these grants have to revoke from it.`,
          `It granted SELECT (id) on table ${schema}.lines to PUBLIC, USAGE on schema ${schema} to dba, SELECT on table ${schema}.orders to "Analyst", dba.`,
          "Nothing more was revoked: Postgres takes such rights away only together. To do that, run:",
          `REVOKE SELECT ("id") ON TABLE "${schema}"."lines" FROM "${role}" CASCADE;`,
          `REVOKE USAGE ON SCHEMA "${schema}" FROM "${role}" CASCADE;`,
          `REVOKE SELECT ON TABLE "${schema}"."orders" FROM "${role}" CASCADE;`,
          "Then run the command again. To let the other roles keep their access, grant it to them directly after that:",
          `GRANT SELECT ("id") ON TABLE "${schema}"."lines" TO PUBLIC;`,
          `GRANT USAGE ON SCHEMA "${schema}" TO "dba";`,
          `GRANT SELECT ON TABLE "${schema}"."orders" TO "Analyst", "dba";`,
        ].join("\n"),
      );
      expect(await rightsOf(db, role)).toEqual(before);
      for (const fix of fixesIn(message)) await db.asAdmin(fix);
      await grants.destroy();
      expect(await rightsOf(db, role)).toEqual([]);
      expect(await rightsOf(db, "dba")).toEqual([
        `SELECT on ${schema}.orders by ${db.user}`,
        `USAGE on ${schema} by ${db.user}`,
      ]);
      await db.asAdmin(`drop schema ${schema} cascade`);
    });

    test("are named by an update and by a move to another role, which succeed after the REVOKE", async () => {
      await grants.up({ role, schemas: [schema] });
      await db.asAdmin(`grant select on ${schema}.orders to ${role} with grant option`);
      await asRole(`grant select on ${schema}.orders to dba`);
      const update = { role, tables: [`${schema}.lines`] };
      const move = { role: `${role}_next`, schemas: [schema] };
      const messages = [await refusalOf(() => grants.up(update)), await refusalOf(() => grants.up(move))];
      for (const message of messages)
        expect(fixesIn(message)).toEqual([
          `REVOKE SELECT ON TABLE "${schema}"."orders" FROM "${role}" CASCADE;`,
          `GRANT SELECT ON TABLE "${schema}"."orders" TO "dba";`,
        ]);
      expect(messages[0]).toContain(`It granted SELECT on table ${schema}.orders to dba.`);
      await db.asAdmin(String(fixesIn(String(messages[0]))[0]));
      await grants.up(update);
      await grants.up(move);
      expect(await grants.refresh()).toBe(false);
      expect(await rightsOf(db, role)).toEqual([]);
      await grants.destroy();
      expect(await rightsOf(db, `${role}_next`)).toEqual([]);
    });

    test("CONNECT and an owner's table are named too", async () => {
      await db.query("revoke connect on database postgres from public");
      await db.query(`create role ${role}_owner`);
      await db.query(`grant ${role}_owner to ${db.user}; grant usage on schema ${schema} to ${role}_owner`);
      await db.query(`alter table ${schema}.lines owner to ${role}_owner`);
      await db.query(`revoke connect on database "${db.database}" from public`);
      await grants.up({ role, schemas: [schema] });
      await db.query(
        `set role ${role}_owner; grant select on ${schema}.lines to ${role} with grant option; reset role`,
      );
      await db.query(
        `set role ${db.user}; grant connect on database "${db.database}" to ${role} with grant option; reset role`,
      );
      await asRole(`grant select on ${schema}.lines to dba; grant connect on database "${db.database}" to dba`);
      const message = await refusalOf(() => grants.destroy());
      expect(message).toContain(
        `It granted CONNECT on database ${db.database} to dba, SELECT on table ${schema}.lines to dba.`,
      );
      for (const fix of fixesIn(message).filter((line) => line.startsWith("REVOKE"))) await db.asAdmin(fix);
      await grants.destroy();
      await db.query(
        `grant connect on database "${db.database}" to public; drop owned by ${role}_owner; drop role ${role}_owner`,
      );
    });
  },
);
