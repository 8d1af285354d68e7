import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createNeonStack } from "../support/engine/neonStack";
import type { RunOptions, Stack } from "../support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { runAt } from "../support/postgres/session";

/** Role, rights and publication wait for nothing, so that their transactions meet the restart; and beside all a project as `@pulumi/neon` has it. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const clickpipes = require("pulumi-neon-clickpipes");
class Project extends pulumi.dynamic.Resource {
  constructor(name, args) {
    const id = process.env.PROJECT;
    super({ create: async (outs) => ({ id, outs }) }, name, { enableLogicalReplication: undefined, ...args });
  }
}
const { allowRestart, project } = JSON.parse(process.env.WISH ?? "{}");
const kept = project && new Project("app", project);
const replication = new clickpipes.LogicalReplication("replication", {
  projectId: kept ? pulumi.output(kept.id).apply(() => process.env.PROJECT) : process.env.PROJECT, allowRestart,
});
const user = new clickpipes.ClickPipesUser("user");
new clickpipes.ClickPipesGrants("grants", { role: user.name, tables: ["public.orders"] });
new clickpipes.Publication("publication", { tables: ["public.orders"] });
module.exports = { levels: [replication.walLevel, replication.maxWalSenders, replication.maxReplicationSlots] };
`;

/** One life of a stack, step by step: each test goes on where the one before it ended. */
describe("logical replication that is off in the project, with the real engine", () => {
  let neon: LocalNeon;
  let stack: Stack;

  beforeAll(async () => {
    neon = await startLocalNeon();
    await runAt(neon.connectionUri, "create table public.orders (id int primary key)");
    stack = await createNeonStack(neon, { program: PROGRAM, language: "javascript" });
  });
  afterAll(async () => {
    await stack?.remove();
    await neon?.stop();
  });

  const wishing = (wish: object, options: RunOptions = {}) => ({ ...options, env: { WISH: JSON.stringify(wish) } });
  const patches = () => neon.requests.filter(({ method }) => method === "PATCH");

  test("is refused without consent in the preview, which names what would restart, and nothing changes", async () => {
    const { output } = await stack.preview(wishing({}, { expectFailure: true }));
    expect(output).toContain(`Active now: ${neon.endpointId} (127.0.0.1).`);
    expect(output).toContain("The change is permanent: Neon cannot turn logical replication off again.");
    expect(output).toContain("To turn it on, set `allowRestart: true`.");
    expect(patches()).toEqual([]);
  });

  test("next to a project of `@pulumi/neon`, a preview warns unless the project turns it on too", async () => {
    const expected = "also manages logical replication of this project, without `enableLogicalReplication";
    expect((await stack.preview(wishing({ allowRestart: true, project: {} }))).output).toContain(expected);
    const on = { allowRestart: true, project: { enableLogicalReplication: "yes" } };
    expect((await stack.preview(wishing(on))).output).not.toContain(expected);
    expect(patches()).toEqual([]);
  });

  test("killed between the write and the restart, is resumed by the next up, which restarts nothing more", async () => {
    neon.operations.stateMs = 1500;
    const kill = new AbortController();
    let restarts = false;
    const after = () => {
      restarts = neon.operations.running;
      kill.abort();
    };
    neon.faults.add({ method: "PATCH", after });
    const options = { skipPreview: true, expectFailure: true, signal: kill.signal };
    await stack.up(wishing({ allowRestart: true }, options));
    expect(restarts).toBe(true);
    await stack.cancel();
    await stack.up(wishing({}, { skipPreview: true, args: ["--refresh"] }));
    expect(patches()).toHaveLength(1);
    expect(neon.operations.running).toBe(false);
    expect(await stack.outputs()).toEqual({ levels: ["logical", 10, 10] });
  });

  test("is on at a second up, which sends no request", async () => {
    const requests = neon.requests.length;
    neon.wire.reset();
    expect((await stack.up(wishing({}, { skipPreview: true }))).changes).toEqual({ same: 5 });
    expect(neon.requests).toHaveLength(requests);
    expect(neon.wire.total.connections).toBe(0);
  });

  test("if a refresh finds it off, the preview shows why, and up does not turn it on without consent", async () => {
    neon.project.settings.enable_logical_replication = false;
    await stack.refresh(wishing({}, { skipPreview: true }));
    const { output } = await stack.up(wishing({}, { expectFailure: true, args: ["--diff"] }));
    expect(output).toContain("Neon cannot turn it off, so this is not the same project as before");
    expect(output).toContain("To turn it on, set `allowRestart: true`.");
    expect(patches()).toHaveLength(1);
    neon.project.settings.enable_logical_replication = true;
  });

  test("stays on when the stack is destroyed, and destroy says so", async () => {
    const { output, changes } = await stack.destroy({ skipPreview: true });
    expect(changes).toEqual({ delete: 5 });
    expect(output).toContain(`logical replication of project ${neon.projectId} stays on: Neon cannot turn it off.`);
    expect(neon.project.settings.enable_logical_replication).toBe(true);
    expect(patches()).toHaveLength(1);
  });
});
