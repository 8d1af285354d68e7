import { beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { LONG } from "../support/long";
import { Managed } from "../support/managed";
import { useDatabase } from "../support/postgres/database";
import { makeTables, membersOf, publicationOf, WITH_KEY } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

const ROUNDS = LONG ? 60 : 15;

describe.each([14, 18] as const)("In parallel, on Postgres %i", (version) => {
  const db = useDatabase(version);
  useWarnings();
  let tables: string[];
  beforeEach(async () => {
    tables = await makeTables(db, ...Array.from({ length: 6 }, () => WITH_KEY));
  });

  /** A separate stack, with its own connections like another process. */
  const stack = (name: string, number: number) =>
    new Managed(
      "Publication",
      name,
      { ...db.config, "clickpipes:connectTimeout": String(60 + number) },
      { stack: name },
    );

  async function lives(pub: Managed, name: string, owner: string): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      await pub.up({ name, tables: tables.slice(round % 3), comment: `${round}`, owner: round % 2 ? db.user : owner });
      await pub.up({ name, tables: tables.slice(3), publish: round % 2 ? ["insert"] : ["insert", "delete"] });
      if (round % 5 === 4) await pub.destroy();
    }
    await pub.up({ name, tables });
  }

  test("several stacks create, change and drop publications over the same tables without an error", async () => {
    const owner = fresh("owner");
    await db.query(`create role ${owner} superuser`);
    const names = [fresh(), fresh(), fresh(), fresh()];
    const stacks = names.map(stack);
    await Promise.all(stacks.map((pub, index) => lives(pub, names[index] as string, owner)));
    for (const name of names) expect(await membersOf(db, name)).toEqual([...tables].sort());
    for (const pub of stacks) await pub.destroy();
    for (const name of names) expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("of two stacks that want one name, one gets it and the other learns who has it", async () => {
    const name = fresh();
    const [one, two] = [stack("one", 1), stack("two", 2)];
    const outcomes = await Promise.allSettled([one.up({ name, tables }), two.up({ name, tables: [] })]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = outcomes.find((outcome) => outcome.status === "rejected") as PromiseRejectedResult;
    expect(refused.reason.message).toMatch(/already exists and belongs to organization\/app\/(one|two)\/Publication/);
    await Promise.all([one.destroy(), two.destroy()]);
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("an application changes the same tables and other publications by hand", async () => {
    const name = fresh();
    const [pub, by] = [stack("three", 3), fresh("by_hand")];
    await db.asAdmin(`create publication ${by}`);
    let stopping = false;
    const others = (async () => {
      while (!stopping) {
        await db.asAdmin(`alter publication ${by} set table ${tables.join(", ")}`);
        await db.asAdmin(`alter table ${tables[0]} alter a set default 1`);
      }
    })();
    await lives(pub, name, db.user);
    stopping = true;
    await others;
    expect(await membersOf(db, name)).toEqual([...tables].sort());
    await pub.destroy();
  });
});
