import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { takeSnapshot } from "../../scripts/demo/snapshot";
import { createNeonStack } from "../support/engine/neonStack";
import type { Stack } from "../support/engine/stack";
import { figure } from "../support/long";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { runAt } from "../support/postgres/session";
import { comparable } from "../support/sourceLife";

const COUNT = 8;
/** Providers of the stacks, by how many connections each may have. */
const STACKS = [1, 1, 3];

/** Sources without end, none of which waits for another, but for those of one source: all on the same tables and in one list. */
const program = (stack: number, maxConnections: number, comment: string) => `
import * as clickpipes from "pulumi-neon-clickpipes";
const provider = new clickpipes.Provider("app", { maxConnections: ${maxConnections} });
const projectId = process.env.PROJECT as string;
new clickpipes.LogicalReplication("replication", { projectId }, { provider });
for (let n = 0; n < ${COUNT}; n++) {
  const name = "s${stack}_" + n;
  const user = new clickpipes.ClickPipesUser(name, { name, comment: "${comment}" }, { provider });
  new clickpipes.ClickPipesGrants(name, { role: user.name, schemas: ["public", "shop"] }, { provider });
  new clickpipes.Publication(name, { name, tables: ["public.orders", "shop.items"], comment: "${comment}" }, { provider });
  new clickpipes.IpAllowlist(name, { projectId, ips: ["10.${stack}.${comment.length}." + n] }, { provider });
}`;

describe(`${STACKS.length} stacks of ${4 * COUNT} resources each at once, on one database and one project`, () => {
  let neon: LocalNeon;
  let stacks: Stack[];
  let before: string[];

  beforeAll(async () => {
    neon = await startLocalNeon({ allowedIps: ["127.0.0.1"], logicalReplication: true });
    const tables = ["public.orders", "shop.items"].map((table) => `create table ${table} (id int primary key)`);
    await runAt(neon.connectionUri, "create schema shop", ...tables);
    before = comparable(await takeSnapshot(neon.superuserUri, neon));
    stacks = await Promise.all(
      STACKS.map((maxConnections, number) =>
        createNeonStack(neon, { program: program(number, maxConnections, "first"), project: `app${number}` }),
      ),
    );
  });
  afterAll(async () => {
    await Promise.all((stacks ?? []).map((stack) => stack.remove()));
    await neon?.stop();
  });

  /** All stacks at once; gives the most connections that were open at a time. */
  async function together(run: (stack: Stack) => Promise<{ changes: Record<string, number> }>) {
    let most = 0;
    neon.wire.onMessage = () => {
      most = Math.max(most, neon.wire.openConnections);
      return undefined;
    };
    const runs = await Promise.all(stacks.map(run));
    neon.wire.onMessage = undefined;
    return { most, changes: runs.map(({ changes }) => changes) };
  }
  const PARALLEL = { skipPreview: true, args: ["--parallel", "64"] };
  /** Each provider's own, and beside it one to try a login with, the last of which may not have gone yet. */
  const ALLOWED = STACKS.reduce((sum, maxConnections) => sum + maxConnections + 2, 0);
  const each = (changes: Record<string, number>) => STACKS.map(() => changes);

  test("are created, changed, kept and destroyed, and nothing is lost or left over", { timeout: 400_000 }, async () => {
    const created = await together((stack) => stack.up(PARALLEL));
    expect(created.changes).toEqual(each({ create: 4 * COUNT + 3 }));
    const listed = () => neon.project.settings.allowed_ips.ips ?? [];
    expect(listed().length).toBe(1 + STACKS.length * COUNT);

    for (const [number, stack] of stacks.entries()) stack.write(program(number, STACKS[number] as number, "later"));
    const updated = await together((stack) => stack.up(PARALLEL));
    expect(updated.changes).toEqual(each({ update: 2 * COUNT, same: 2 * COUNT + 3 }));
    const refreshed = await together((stack) => stack.refresh(PARALLEL));
    expect(refreshed.changes).toEqual(each({ same: 4 * COUNT + 3 }));
    expect(listed().length).toBe(1 + STACKS.length * COUNT);

    const destroyed = await together((stack) => stack.destroy(PARALLEL));
    // What two runs at once take out of a list without conditional writes may come back with the other's; it stays then.
    expect(listed()).toContain("127.0.0.1");
    neon.project.settings.allowed_ips.ips = ["127.0.0.1"];
    expect(comparable(await takeSnapshot(neon.superuserUri, neon))).toEqual(before);
    const most = [created, updated, refreshed, destroyed].map((all) => all.most);
    figure(`at most ${most.join(", ")} connections at a time in create, update, refresh and destroy`);
    expect(Math.max(...most)).toBeLessThanOrEqual(ALLOWED);
  });
});
