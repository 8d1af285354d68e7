import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { type Place, useDatabase } from "../support/postgres/database";
import { openSession } from "../support/postgres/login";
import { roleExists } from "../support/user/catalog";
import { ManagedUser } from "../support/user/managedUser";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];

/** The program names the role by plain text, so Pulumi knows of no dependency, and may delete the user first. */
describe.each(PLACES)(
  "dropping a user that grants name by text on Postgres $version as $admin",
  ({ version, admin }) => {
    const db = useDatabase(version, admin);
    const said = useWarnings();
    let name: string;
    let user: ManagedUser;
    let grants: Managed;

    beforeEach(async () => {
      name = fresh("granted");
      await db.asAdmin(`create table public.${name} (id int primary key)`);
      user = new ManagedUser(name, { ...db.config, "clickpipes:deleteTimeout": "1" });
      grants = new Managed("ClickPipesGrants", name, db.config);
      await user.up({ name });
      await grants.up({ role: name, tables: [`public.${name}`], path: "" });
    });
    afterEach(async () => {
      await grants.destroy();
      await user.destroy();
      expect(await roleExists(db, name)).toBe(false);
    });

    const noteOfGrants = () => `organization/app/dev/ClickPipesGrants/${name} in database ${db.database}`;

    test("waits for the grants, says so once, and succeeds once they are destroyed", async () => {
      const patient = new ManagedUser(name, { ...db.config, "clickpipes:deleteTimeout": "60" });
      patient.state = user.state;
      const destroyed = patient.destroy();
      await sleep(400);
      expect(await roleExists(db, name)).toBe(true);
      await grants.destroy();
      await destroyed;
      expect(await roleExists(db, name)).toBe(false);
      expect(said.filter((line) => line.includes("waiting"))).toEqual([
        expect.stringContaining(`waiting up to 60 s for ${noteOfGrants()} to go away.`),
      ]);
      user.state = undefined;
    });

    test("is refused if the grants stay, and names them with their database", async () => {
      await expect(user.destroy()).rejects.toThrow(
        `Rights that grants gave are among them: ${noteOfGrants()}.\n` +
          "Delete those grants first, in the stack that they belong to.",
      );
      expect(await roleExists(db, name)).toBe(true);
      expect(await grants.refresh()).toBe(false);
    });

    test("is refused at once if something other than rights depends on the role, which waiting would not help", async () => {
      await db.query(`create table public.${name}_own (id int)`);
      await db.query(`alter table public.${name}_own owner to ${name}`);
      await expect(user.destroy()).rejects.toThrow(`owner of table public.${name}_own`);
      expect(said.filter((line) => line.includes("waiting"))).toEqual([]);
      await db.query(`drop table public.${name}_own`);
    });

    test("waits for grants in another database of the server too", async () => {
      await db.asAdmin(`create database ${name}_two`);
      const password = decodeURIComponent(new URL(db.uri).password);
      const there = await openSession(db, db.user, password, `${name}_two`);
      await there.query("create table public.far (id int primary key)");
      await there.end();
      const uri = db.uriOf(db.user, password, `${name}_two`);
      const far = new Managed("ClickPipesGrants", `${name}_far`, { "clickpipes:connectionUri": uri });
      await far.up({ role: name, tables: ["public.far"], path: "" });
      await grants.destroy();
      await expect(user.destroy()).rejects.toThrow(
        `organization/app/dev/ClickPipesGrants/${name}_far in database ${name}_two`,
      );
      await far.destroy();
      await user.destroy();
    });
  },
);
