import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

type Sdk = typeof import("@pulumi/pulumi");
type Package = typeof import("../../provider");
type Inputs = Record<string, unknown>;

const MARK = "organization/app/dev/ClickPipesUser/source-user";
const USER_TYPE = "pulumi-nodejs:dynamic/clickpipes:ClickPipesUser";

describe.each(["@pulumi/pulumi", "pulumi-3.248.0"])("the identity that a program of %s sends", (name) => {
  let sdk: Sdk;
  let clickpipes: Package;
  const registered: Inputs[] = [];

  beforeAll(async () => {
    vi.resetModules();
    vi.doMock("@pulumi/pulumi", () => vi.importActual(name));
    sdk = await import("@pulumi/pulumi");
    clickpipes = await import("../../provider/index.js");
    await sdk.runtime.setMocks(
      {
        newResource: (resource) => {
          if (resource.type === USER_TYPE) registered.push(resource.inputs);
          return { id: `${resource.name}-id`, state: resource.inputs };
        },
        call: () => ({}),
      },
      "app",
      "dev",
    );
  });
  beforeEach(() => {
    registered.length = 0;
  });

  /** Runs a program in a stack of its own, and returns the inputs of its users. */
  async function inputsOf(program: () => void): Promise<Inputs[]> {
    registered.length = 0;
    await sdk.runtime.runInPulumiStack(async () => {
      program();
    });
    await sdk.runtime.disconnect();
    return [...registered];
  }

  const user = (opts: object = {}) => new clickpipes.ClickPipesUser("source-user", {}, opts);
  const component = (type: string, opts: object = {}) =>
    new sdk.ComponentResource(`acme:index:${type}`, type.toLowerCase(), {}, opts);

  test.each<{ where: string; path: string; make: () => void }>([
    { where: "no parent", path: "", make: () => user() },
    {
      where: "the stack as the parent",
      path: "",
      make: () => user({ parent: sdk.runtime.getStackResource() }),
    },
    { where: "a component", path: "acme:index:Orders", make: () => user({ parent: component("Orders") }) },
    {
      where: "a component in a component",
      path: "acme:index:Shop$acme:index:Orders",
      make: () => user({ parent: component("Orders", { parent: component("Shop") }) }),
    },
    {
      where: "a custom resource as the parent",
      path: "pulumi-nodejs:dynamic/clickpipes:LogicalReplication",
      make: () => user({ parent: new clickpipes.LogicalReplication("replication", { projectId: "p-1" }) }),
    },
    {
      where: "the source in a component",
      path: "acme:index:Orders$clickpipes:index:ClickPipesSource",
      make: () => new clickpipes.ClickPipesSource("source", { tables: ["public.a"] }, { parent: component("Orders") }),
    },
  ])("has the types of the parents: $where", async ({ path, make }) => {
    expect(await inputsOf(make)).toEqual([expect.objectContaining({ mark: MARK, path })]);
  });

  test("says that there is a namesake, to the earlier one too, where two have one mark in different components", async () => {
    const inputs = await inputsOf(() => {
      user({ parent: component("Orders") });
      new clickpipes.ClickPipesUser("other-user");
      user({ parent: component("Billing") });
    });
    expect(inputs.map(({ mark, path, namesakes }) => [mark, path, namesakes])).toEqual([
      [MARK, "acme:index:Orders", true],
      ["organization/app/dev/ClickPipesUser/other-user", "", undefined],
      [MARK, "acme:index:Billing", true],
    ]);
  });

  test("says so to a namesake that the program makes only after it waited for the earlier one", async () => {
    const inputs = await inputsOf(() => {
      const parent = component("Billing");
      user({ parent: component("Orders") }).id.apply(() => user({ parent }));
    });
    expect(inputs.at(-1)).toMatchObject({ path: "acme:index:Billing", namesakes: true });
  });

  test("counts no resource that `get` reads, since that owns nothing", async () => {
    const [made] = await inputsOf(() => {
      user({ parent: component("Orders") });
      user({ parent: component("Billing"), id: "clickpipes_user" });
    });
    expect(made).toMatchObject({ path: "acme:index:Orders" });
    expect(made).not.toHaveProperty("namesakes");
  });

  test("counts no resource of a program that the same process ran before", async () => {
    await inputsOf(() => user({ parent: component("Orders") }));
    const [second] = await inputsOf(() => user({ parent: component("Billing") }));
    expect(second).toMatchObject({ path: "acme:index:Billing" });
    expect(second).not.toHaveProperty("namesakes");
  });
});
