import { beforeEach, expect, test, vi } from "vitest";
import { run } from "../../provider/dynamic/run";
import { failure, newProcess } from "../support/ipAllowlist/process";
import { useProject } from "../support/logicalReplication/project";

const project = useProject({});
const { configOf, managed, args, patches } = project;
const CONSENT = { allowRestart: true };

beforeEach(project.turnOff);

test("a stack that finds that another one turned it on during its run waits for the other stack's operations", async () => {
  const inProcess = async (stack: string) =>
    (await newProcess()).resource("replication", {
      config: configOf({ "clickpipes:connectTimeout": "2" }),
      kind: "LogicalReplication",
      stack,
    });
  const [one, other] = [await inProcess("one"), await inProcess("other")];
  // Longer than `connectTimeout`.
  project.neon.operations.stateMs = 900;
  let first: Promise<unknown> | undefined;
  project.neon.faults.add({
    path: /endpoints$/,
    // The first such request comes from the preview.
    skip: 1,
    after: async () => {
      first = one.up(args(CONSENT));
      await vi.waitFor(() => expect(project.neon.operations.running).toBe(true), { timeout: 20_000 });
    },
  });
  expect((await other.up(args(CONSENT))).outputs.walLevel).toBe("logical");
  await first;
  expect(one.outputs.walLevel).toBe("logical");
  expect(patches()).toHaveLength(1);
});

test("if the server does not come back in time, the error says what was done and what to do, and the next run succeeds", async () => {
  project.neon.compute.coldStartMs = 4000;
  const message = await failure(managed({ "clickpipes:connectTimeout": "2" }).up(args(CONSENT)));
  project.neon.compute.coldStartMs = 0;
  expect(message).toMatch(
    new RegExp(
      `^logical replication is on now in project ${project.neon.projectId}, but connecting after the restart failed\\.\ncannot connect to 127\\.0\\.0\\.1`,
    ),
  );
  expect(message).toContain("\nRun `pulumi up` again. It does not restart anything.\n");
  expect((await managed().up(args())).outputs.walLevel).toBe("logical");
  expect(patches()).toHaveLength(1);
});

test("operations that were cancelled restart nothing, and the error says what the server reports", async () => {
  run.neonWaits.poll = 4;
  for (let count = 0; count < 2; count++) project.neon.operations.failNext({ status: "cancelled" });
  const message = await failure(managed({ "clickpipes:connectTimeout": "2" }).up(args(CONSENT)));
  expect(message).toMatch(
    /has logical replication on, but 127\.0\.0\.1 reports wal_level = replica\.\n.*\n.*restart the compute in Neon's console\./,
  );
  expect(patches()).toHaveLength(1);
});

test.each([403, 404])(
  "operations that the API hides with %s are not waited for: the server's own report decides",
  async (status) => {
    run.neonWaits.poll = 20;
    project.neon.operations.stateMs = 300;
    project.neon.faults.add({ path: /operations/, status, times: 1000 });
    expect((await managed().up(args(CONSENT))).outputs.walLevel).toBe("logical");
    expect(patches()).toHaveLength(1);
  },
);

test("hidden operations are not waited for either if another user turned it on a moment ago", async () => {
  run.neonWaits.poll = 20;
  project.neon.operations.stateMs = 300;
  project.neon.faults.add({ path: /operations/, status: 403, times: 1000 });
  const { apiKey, apiUrl, projectId } = project.neon;
  await fetch(`${apiUrl}/projects/${projectId}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ project: { settings: { enable_logical_replication: true } } }),
  });
  expect((await managed().up(args())).outputs.walLevel).toBe("logical");
});
