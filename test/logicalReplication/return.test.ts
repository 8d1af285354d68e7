import { beforeEach, expect, test, vi } from "vitest";
import { run } from "../../provider/dynamic/run";
import { failure, newProcess } from "../support/ipAllowlist/process";
import { useProject } from "../support/logicalReplication/project";

const project = useProject({});
const { configOf, managed, wishes, patches } = project;
const WISH = { allowRestart: true };

beforeEach(project.turnOff);

test("a stack that finds it turned on by another in the middle of its run waits for the other's operations", async () => {
  const inProcess = async (stack: string) =>
    (await newProcess()).resource("replication", {
      config: configOf({ "clickpipes:connectTimeout": "2" }),
      kind: "LogicalReplication",
      stack,
    });
  const [one, other] = [await inProcess("one"), await inProcess("other")];
  // Longer than the server is given to come back.
  project.neon.operations.stateMs = 900;
  let first: Promise<unknown> | undefined;
  project.neon.faults.add({
    path: /endpoints$/,
    // The first such request is that of the look beforehand.
    skip: 1,
    after: async () => {
      first = one.up(wishes(WISH));
      await vi.waitFor(() => expect(project.neon.operations.running).toBe(true), { timeout: 20_000 });
    },
  });
  expect((await other.up(wishes(WISH))).outputs.walLevel).toBe("logical");
  await first;
  expect(one.outputs.walLevel).toBe("logical");
  expect(patches()).toHaveLength(1);
});

test("a server that does not come back in time is named, with what is done and what to do, and the next run ends it", async () => {
  project.neon.compute.coldStartMs = 4000;
  const message = await failure(managed({ "clickpipes:connectTimeout": "2" }).up(wishes(WISH)));
  project.neon.compute.coldStartMs = 0;
  expect(message).toMatch(/^cannot connect to 127.0.0.1/);
  expect(message).toContain(
    `logical replication is on now in project ${project.neon.projectId}. Run \`pulumi up\` again`,
  );
  expect((await managed().up(wishes())).outputs.walLevel).toBe("logical");
  expect(patches()).toHaveLength(1);
});

test("operations that were cancelled have restarted nothing, which is said of the server", async () => {
  run.neonWaits.poll = 4;
  for (let count = 0; count < 2; count++) project.neon.operations.failNext({ status: "cancelled" });
  const message = await failure(managed({ "clickpipes:connectTimeout": "2" }).up(wishes(WISH)));
  expect(message).toMatch(
    /has logical replication on, but 127.0.0.1 says wal_level = replica\. .*restart it in Neon's console/,
  );
  expect(patches()).toHaveLength(1);
});

test.each([403, 404])(
  "operations that the API hides with %s are not waited for: the server's own word decides",
  async (status) => {
    run.neonWaits.poll = 20;
    project.neon.operations.stateMs = 300;
    project.neon.faults.add({ path: /operations/, status, times: 1000 });
    expect((await managed().up(wishes(WISH))).outputs.walLevel).toBe("logical");
    expect(patches()).toHaveLength(1);
  },
);

test("nor where somebody else turned it on a moment ago", async () => {
  run.neonWaits.poll = 20;
  project.neon.operations.stateMs = 300;
  project.neon.faults.add({ path: /operations/, status: 403, times: 1000 });
  const { apiKey, apiUrl, projectId } = project.neon;
  await fetch(`${apiUrl}/projects/${projectId}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ project: { settings: { enable_logical_replication: true } } }),
  });
  expect((await managed().up(wishes())).outputs.walLevel).toBe("logical");
});
