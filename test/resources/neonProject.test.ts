import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test, vi } from "vitest";
import * as clickpipes from "../../provider";

/** A project as `@pulumi/neon` declares it. An argument that the program leaves out is still an output. */
class Project extends pulumi.CustomResource {
  declare readonly enableLogicalReplication: pulumi.Output<string | undefined>;
  constructor(name: string, setting?: string) {
    super("neon:index/project:Project", name, { enableLogicalReplication: setting });
  }
}

beforeAll(async () => {
  const newResource = ({ name, inputs }: pulumi.runtime.MockResourceArgs) => ({ id: `${name}-id`, state: inputs });
  // As in a preview, where arguments that were left out are unknown.
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "app", "dev", true);
});

test("a preview warns about each project that would turn logical replication off again, and about no other", async () => {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  for (const [name, setting] of Object.entries({ unset: undefined, off: "no", on: "yes" })) {
    const project = new Project(name, setting);
    new clickpipes.ClickPipesSource(name, { project, tables: ["public.orders"], readiness: false });
  }
  new clickpipes.LogicalReplication("plain", { projectId: "quiet-river-123456" });
  await pulumi.runtime.disconnect();
  await vi.waitFor(() => expect(warn.mock.calls.length).toBeGreaterThanOrEqual(2), { timeout: 20_000 });
  const named = warn.mock.calls.map(([text]) => /"(\w+)" also manages logical replication/.exec(text)?.[1]);
  expect(named.sort()).toEqual(["off", "unset"]);
  // The recommended "yes" is itself a change. It replaces the project unless the change is ignored.
  for (const [text] of warn.mock.calls)
    expect(text).toMatch(
      /together with `ignoreChanges: .*` and `protect: true`\.\nWithout these two, versions up to 0\.13 also replace an existing project because of the "yes"\.$/,
    );
});
