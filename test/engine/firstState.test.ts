import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Marked, parseComment } from "../../provider/postgres/sql/mark";
import { createStack, type Stack } from "../support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { configFor, PROGRAM, readRecorded, restoreRecorded, type Version } from "./states/recorded";

const MORE = PROGRAM.replace('"sku"] }', '"sku"] }, "shop.more"');
const LIMITED = MORE.replace("clickPipesRegion", "user: { connectionLimit: 30 }, clickPipesRegion");
const PATH = "clickpipes:index:ClickPipesSource";

describe.each<{ version: Version; unchanged: Record<string, number>; says?: string }>([
  {
    version: "first",
    unchanged: { same: 8, update: 1 },
    says: "SourceReadiness orders-readiness update [diff: +path,triggers]",
  },
  { version: "today", unchanged: { same: 9 } },
])("a stack made by the version recorded as $version", ({ version, unchanged, says = "" }) => {
  let neon: LocalNeon;
  let owner: Client;
  let stack: Stack;

  beforeAll(async () => {
    neon = await startLocalNeon({ logicalReplication: true, allowedIps: readRecorded(version).ips });
    owner = new Client(neon.connectionUri);
    await owner.connect();
    const resources = await restoreRecorded(version, neon, owner);
    stack = await createStack({ program: PROGRAM, config: configFor(neon) });
    await stack.import(resources);
  });
  afterAll(async () => {
    await stack?.remove();
    await owner?.end();
    await neon?.stop();
  });

  /** The markers of role and publication. */
  async function markers(): Promise<Marked[]> {
    const { rows } = await owner.query<{ role: string; publication: string }>(
      `select (select shobj_description(oid, 'pg_authid') from pg_roles where rolname = 'clickpipes_user') as role,
              (select obj_description(oid, 'pg_publication') from pg_publication) as publication`,
    );
    return rows.flatMap(({ role, publication }) => [parseComment(role), parseComment(publication)]);
  }

  const tokens = (found: Marked[]) =>
    found.flatMap(({ owner: one, grants }) => [one, ...grants].map((it) => it?.token));

  test("shows no change in a preview except what its report lacks, and connects to nothing", async () => {
    neon.wire.reset();
    const { changes, output } = await stack.preview();
    expect(changes).toEqual(unchanged);
    expect(output).toContain(says);
    expect(neon.wire.total.connections).toBe(0);
  });

  test("refreshes with today's code, which finds only that its grants lack ctid, as the report says too", async () => {
    const { changes, output } = await stack.refresh({ skipPreview: true });
    expect(changes).toEqual({ same: 7, update: 2 });
    expect(output).toContain('role "clickpipes_user" has no SELECT on shop.items (ctid)');
    expect(output).toContain('select: role "clickpipes_user" cannot read all columns of: shop.items');
  });

  test("is updated in place", async () => {
    stack.write(MORE);
    await owner.query("create table shop.more (id int primary key)");
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 6, update: 3 });
  });

  test("has its markers completed by the next update of each resource, with their tokens unchanged", async () => {
    stack.write(LIMITED);
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 8, update: 1 });
    const complete = {
      path: PATH,
      place: expect.objectContaining({ database: "neondb", neonBranch: neon.branchId }),
    };
    const [role, publication] = await markers();
    expect(role?.owner).toMatchObject(complete);
    expect(role?.grants).toEqual([expect.objectContaining(complete)]);
    expect(publication?.owner).toMatchObject(complete);
    const { comments } = readRecorded(version);
    const recorded = [parseComment(comments.role), parseComment(comments.publication)];
    expect(tokens([role, publication].filter((one) => one !== undefined))).toEqual(tokens(recorded));
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 9 });
  });

  test("is destroyed, and leaves the database and the list as they were before", async () => {
    expect((await stack.destroy({ skipPreview: true })).changes).toEqual({ delete: 9 });
    const { rows } = await owner.query(
      `select (select count(*)::int from pg_roles where rolname = 'clickpipes_user') as roles,
              (select count(*)::int from pg_publication) as publications`,
    );
    expect(rows).toEqual([{ roles: 0, publications: 0 }]);
    expect(neon.project.settings.allowed_ips).toEqual({ ips: ["127.0.0.1"], protected_branches_only: false });
  });
});
