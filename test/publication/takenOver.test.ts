import { beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { useDatabase } from "../support/postgres/database";
import { makeTables, managed, membersOf, publicationOf, WITH_KEY } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

describe.each([14, 18] as const)("a publication that another stack has adopted, on Postgres %i", (version) => {
  const db = useDatabase(version);
  const said = useWarnings();
  let name: string;
  let one: string;
  let two: string;

  beforeEach(async () => {
    name = fresh();
    [one = "", two = ""] = await makeTables(db, WITH_KEY, WITH_KEY);
  });

  async function adopted() {
    const ours = managed(db);
    await ours.up({ name, tables: [one] });
    const theirs = new Managed("Publication", fresh("theirs"), db.config, { stack: "prod" });
    await theirs.up({ name, tables: [one], adopt: true });
    return { ours, theirs };
  }

  test("the first owner changes nothing, whether it looks or updates, and delete leaves it in place", async () => {
    const { ours } = await adopted();
    const before = await publicationOf(db, name);
    expect(await ours.refresh()).toBe(true);
    expect(ours.drift[0]).toMatch(new RegExp(`^publication "${name}" now belongs to organization/app/prod/`));
    const refusal = /now belongs to .*\.\nNothing was changed: two owners would undo/;
    await expect(ours.check({ name, tables: [one, two] })).rejects.toThrow(refusal);
    await expect(ours.up({ name, tables: [one] })).rejects.toThrow(refusal);
    expect(await publicationOf(db, name)).toEqual(before);
    await ours.destroy();
    expect(said.join()).toMatch(/now belongs to organization\/app\/prod\/.* Delete left it unchanged\./);
    expect(await publicationOf(db, name)).toEqual(before);
  });

  test("the first owner goes on when the marker is removed with the statement that the refusal names", async () => {
    const { ours } = await adopted();
    await ours.refresh();
    const refusal = await ours.up({ name, tables: [one] }).catch((error: Error) => error.message);
    const [, statement = "select"] = String(refusal).match(/remove its marker \((COMMENT ON .*;)\), then run/) ?? [];
    await db.asAdmin(statement);
    expect(await ours.refresh()).toBe(true);
    expect((await ours.up({ name, tables: [one] })).kind).toBe("update");
    expect(await ours.refresh()).toBe(false);
    await ours.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("the first owner goes on when it is given back", async () => {
    const { ours, theirs } = await adopted();
    await ours.refresh();
    await theirs.destroy();
    await ours.up({ name, tables: [one, two] });
    expect(await membersOf(db, name)).toEqual([one, two].sort());
    expect(await ours.refresh()).toBe(false);
    await ours.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });
});
