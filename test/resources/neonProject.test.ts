import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test, vi } from "vitest";
import * as clickpipes from "../../provider";

/** A project as `@pulumi/neon` declares it: what the program leaves out is an output all the same. */
class Project extends pulumi.CustomResource {
  declare readonly enableLogicalReplication: pulumi.Output<string | undefined>;
  constructor(name: string, setting?: string) {
    super("neon:index/project:Project", name, { enableLogicalReplication: setting });
  }
}

beforeAll(async () => {
  const newResource = ({ name, inputs }: pulumi.runtime.MockResourceArgs) => ({ id: `${name}-id`, state: inputs });
  // As in a preview, where what is left out is not known.
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "app", "dev", true);
});

test("a preview warns of each project that would have logical replication off again, and of no other", async () => {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  for (const [name, setting] of Object.entries({ unset: undefined, off: "no", on: "yes" })) {
    const project = new Project(name, setting);
    new clickpipes.ClickPipesSource(name, { project, tables: ["public.orders"], readiness: false });
  }
  new clickpipes.LogicalReplication("plain", { projectId: "quiet-river-123456" });
  await pulumi.runtime.disconnect();
  await vi.waitFor(() => expect(warn.mock.calls.length).toBeGreaterThanOrEqual(2), { timeout: 20_000 });
  const named = warn.mock.calls.map(([text]) => /"(\w+)" keeps logical replication/.exec(text)?.[1]);
  expect(named.sort()).toEqual(["off", "unset"]);
  // The "yes" that is asked for is itself a change, which replaces the project where nothing is ignored.
  for (const [text] of warn.mock.calls)
    expect(text).toMatch(
      /together with `ignoreChanges: .*` and `protect: true`: without these, up to 0.13 the "yes" replaces a project/,
    );
});
