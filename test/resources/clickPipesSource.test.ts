import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as clickpipes from "../../provider";
import { mapTables, withoutClashes } from "../../provider/resources/pipe";

interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  provider?: string;
}

let registered: Registered[] = [];
let fromPublication: object = {};

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        registered.push({ type, name, inputs, ...(provider && { provider }) });
        return { id: `${name}-id`, state: { ...inputs, publishedTables: [], excludedColumns: [], ...fromPublication } };
      },
      call: () => ({}),
    },
    "app",
    "dev",
  );
});
beforeEach(() => {
  registered = [];
  fromPublication = {};
});

/** Waits until all that was made has been registered. */
async function settled(): Promise<void> {
  await pulumi.runtime.disconnect();
}

const value = <T>(output: pulumi.Output<T>): Promise<T> => new Promise((resolve) => output.apply(resolve));
const isSecret = (output: pulumi.Output<unknown>) => (output as unknown as { isSecret: Promise<boolean> }).isSecret;

const PROVIDER = { connectionUri: "postgres://admin:secretive@127.0.0.1:5432/app", neonApiKey: "napi_key" };

describe("ClickPipesSource", () => {
  test("makes its parts under their frozen names and types, each with the given provider", async () => {
    const provider = new clickpipes.Provider("source", PROVIDER);
    const region = { cloud: "aws", region: "us-east-1" } as const;
    new clickpipes.ClickPipesSource(
      "orders",
      { project: "p-1", tables: ["public.orders"], clickPipesRegion: region },
      { provider },
    );
    await settled();
    expect(registered.map(({ type, name }) => `${type} ${name}`)).toEqual([
      "pulumi:providers:pulumi-nodejs source",
      "clickpipes:index:ClickPipesSource orders",
      "pulumi-nodejs:dynamic/clickpipes:IpAllowlist orders-ip-allowlist",
      "pulumi-nodejs:dynamic/clickpipes:LogicalReplication orders-logical-replication",
      "pulumi-nodejs:dynamic/clickpipes:ClickPipesUser orders-user",
      "pulumi-nodejs:dynamic/clickpipes:ClickPipesGrants orders-grants",
      "pulumi-nodejs:dynamic/clickpipes:Publication orders-publication",
      "pulumi-nodejs:dynamic/clickpipes:SourceReadiness orders-readiness",
    ]);
    for (const { name, provider: given, inputs } of registered.slice(2)) {
      expect(given, name).toContain("pulumi:providers:pulumi-nodejs::source");
      expect(inputs.mark).toMatch(new RegExp(`^organization/app/dev/\\w+/${name}$`));
    }
  });

  test("gives grants and publication the same scope, and never all tables unasked", async () => {
    new clickpipes.ClickPipesSource("orders", { schemas: ["public"], readiness: false });
    new clickpipes.ClickPipesSource("all", { allTables: true, readiness: false });
    await settled();
    const inputsOf = (name: string) => registered.find((one) => one.name === name)?.inputs;
    expect(inputsOf("orders-grants")).toMatchObject({ schemas: ["public"] });
    expect(inputsOf("orders-publication")).toMatchObject({ schemas: ["public"] });
    expect(inputsOf("orders-publication")).not.toHaveProperty("allTables");
    expect(inputsOf("all-grants")).toMatchObject({ schemas: "*" });
    expect(inputsOf("all-publication")).toMatchObject({ allTables: true });
  });

  test("takes existing resources for its parts, and leaves out what is false", async () => {
    const user = new clickpipes.ClickPipesUser("shared");
    const source = new clickpipes.ClickPipesSource("second", {
      project: "p-1",
      tables: ["public.a"],
      user,
      grants: false,
      logicalReplication: false,
      readiness: false,
    });
    await settled();
    expect(source.user).toBe(user);
    expect(source.grants).toBeUndefined();
    expect(registered.map(({ name }) => name).sort()).toEqual(["second", "second-publication", "shared"]);
  });

  test("takes the scope from `publication` where it stands there alone, and `undefined` for nothing given", async () => {
    new clickpipes.ClickPipesSource("orders", {
      publication: { schemas: ["shop"], adopt: undefined as never },
      user: { adopt: undefined as never, comment: "ours" },
      adopt: true,
      readiness: false,
    });
    await settled();
    const inputsOf = (name: string) => registered.find((one) => one.name === name)?.inputs;
    expect(inputsOf("orders-grants")).toMatchObject({ schemas: ["shop"] });
    expect(inputsOf("orders-publication")).toMatchObject({ schemas: ["shop"], adopt: true });
    expect(inputsOf("orders-user")).toMatchObject({ adopt: true, comment: "ours" });
  });

  test("has the consent to unsafe tables reach the report, of a publication that it makes itself", async () => {
    const tables = ["public.orders"];
    new clickpipes.ClickPipesSource("own", { tables, publication: { allowUnsafeTables: true } });
    const publication = new clickpipes.Publication("shared", { tables, allowUnsafeTables: true });
    new clickpipes.ClickPipesSource("given", { publication });
    new clickpipes.ClickPipesSource("told", { publication, readiness: { allowUnsafeTables: true } });
    await settled();
    const consents = ["own", "given", "told"].map(
      (name) => registered.find((one) => one.name === `${name}-readiness`)?.inputs.allowUnsafeTables,
    );
    expect(consents).toEqual([true, undefined, true]);
  });

  test("hands over parameters of which only the password is secret", async () => {
    const provider = new clickpipes.Provider("source", PROVIDER);
    const tables = ["public.orders", "shop.orders", { schema: "shop", name: "items" }];
    const pipe = { settings: { syncIntervalSeconds: 30 } };
    const { connection, postgresSource } = new clickpipes.ClickPipesSource(
      "orders",
      { tables, pipe, user: { password: "Zu8-kR2_qW5.tY7~" } },
      { provider },
    );
    expect(await value(connection.host)).toBe("127.0.0.1");
    expect(await value(connection.port)).toBe(5432);
    expect(await value(postgresSource.type)).toBe("neon");
    expect(await value(postgresSource.settings.syncIntervalSeconds as pulumi.Output<number>)).toBe(30);
    expect(await value(postgresSource.settings.replicationMode)).toBe("cdc");
    expect(await value(postgresSource.tableMappings)).toEqual([
      { sourceSchemaName: "public", sourceTable: "orders", targetTable: "public_orders" },
      { sourceSchemaName: "shop", sourceTable: "orders", targetTable: "shop_orders" },
      { sourceSchemaName: "shop", sourceTable: "items", targetTable: "items" },
    ]);
    const leaves = { ...connection, tableMappings: postgresSource.tableMappings, type: postgresSource.type };
    for (const [name, leaf] of Object.entries(leaves)) expect(await isSecret(leaf), name).toBe(name === "password");
    expect(await isSecret(postgresSource.credentials.password)).toBe(true);
    await settled();
  });

  test("waits for its parts in the designed order", async () => {
    const source = new clickpipes.ClickPipesSource("orders", { tables: ["public.orders"] });
    const { urn } = source.readiness as clickpipes.SourceReadiness;
    const behind = (
      source.connection.host as unknown as { allResources: () => Promise<Set<pulumi.Resource>> }
    ).allResources();
    expect([...(await behind)]).toContain(source.readiness);
    expect(await value(urn)).toContain("SourceReadiness::orders-readiness");
    await settled();
  });
});

describe("the pipe of a ClickPipesSource", () => {
  const targets = async (args: Partial<clickpipes.ClickPipesSourceArgs>): Promise<string[]> => {
    const { postgresSource } = new clickpipes.ClickPipesSource("orders", { readiness: false, ...args });
    const mappings = await value(postgresSource.tableMappings);
    await settled();
    return mappings.map(({ targetTable }) => targetTable);
  };

  test("gives tables targets that do not clash, also where a schema's name makes them", async () => {
    expect(await targets({ tables: ["public.orders", "shop.items"], allTables: false })).toEqual(["orders", "items"]);
    expect(await targets({ tables: ["public.orders", "shop.orders", "old.public_orders"] })).toEqual([
      "public_orders",
      "shop_orders",
      "old_public_orders",
    ]);
    const pipe = { targetTable: ({ schema, name }: clickpipes.TableName) => `pg_${schema}_${name}` };
    expect(await targets({ tables: ["public.orders"], pipe })).toEqual(["pg_public_orders"]);
  });

  test("is refused where two tables would become one", () => {
    const mapping = { sourceSchemaName: "a", sourceTable: "b", targetTable: "one" };
    expect(() => withoutClashes([mapping, { ...mapping, sourceTable: "c" }])).toThrow(
      /a\.b and a\.c would both become the table one of ClickHouse/,
    );
    expect(() =>
      mapTables(
        [
          { schema: "a_b", name: "c" },
          { schema: "a", name: "b_c" },
          { schema: "x", name: "c" },
          { schema: "x", name: "b_c" },
        ],
        [],
        undefined,
      ),
    ).toThrow(/a_b_c/);
  });

  test("excludes the columns that the publication's lists leave out, and the report is asked about the others", async () => {
    const excludedColumns = [{ schema: "public", name: "orders", columns: ["note"] }];
    fromPublication = { excludedColumns };
    const source = new clickpipes.ClickPipesSource("orders", {
      tables: [{ schema: "public", name: "orders", columns: ["id"] }, "shop.items"],
    });
    expect(await value(source.postgresSource.tableMappings)).toEqual([
      { sourceSchemaName: "public", sourceTable: "orders", targetTable: "orders", excludedColumns: ["note"] },
      { sourceSchemaName: "shop", sourceTable: "items", targetTable: "items" },
    ]);
    await settled();
    expect(registered.find(({ name }) => name === "orders-readiness")?.inputs.tables).toEqual([
      { schema: "public", name: "orders", excludedColumns: ["note"] },
      { schema: "shop", name: "items" },
    ]);
  });

  test("takes its scope from an existing publication, grants included", async () => {
    fromPublication = { publishedTables: [{ schema: "shop", name: "items" }] };
    const publication = new clickpipes.Publication("shared", { tables: ["shop.items"] });
    expect(await targets({ publication })).toEqual(["items"]);
    expect(registered.find(({ name }) => name === "orders-grants")?.inputs.tables).toEqual([
      { schema: "shop", name: "items" },
    ]);
    fromPublication = {};
    expect(await targets({ tables: ["public.a"], publication: { tables: ["public.b"] } })).toEqual(["b"]);
  });

  test("has the address of a provider that a parent hands down", async () => {
    const provider = new clickpipes.Provider("source", { connectionUri: "postgres://a:secretive@db.example.com/app" });
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, { providers: [provider] });
    const tables = ["public.orders"];
    const { connection } = new clickpipes.ClickPipesSource("orders", { tables, readiness: false }, { parent });
    expect(await value(connection.host)).toBe("db.example.com");
    const own = new clickpipes.ClickPipesSource("own", { tables, readiness: false }, { providers: [provider] });
    expect(await value(own.connection.host)).toBe("db.example.com");
    await settled();
    for (const name of ["orders-user", "own-user"])
      expect(registered.find((one) => one.name === name)?.provider, name).toContain("source");
  });
});

describe("every resource", () => {
  test("refuses `import` with the way to go instead", () => {
    const opts = { import: "clickpipes_user" };
    expect(() => new clickpipes.ClickPipesUser("user", {}, opts)).toThrow(/cannot import.*adopt: true/);
    expect(() => new clickpipes.Publication("publication", { tables: [] }, opts)).toThrow(/cannot import.*adopt: true/);
    // What has no argument `adopt` needs none.
    const setting = () => new clickpipes.LogicalReplication("replication", { projectId: "quiet-river-123456" }, opts);
    expect(setting).toThrow(/cannot import.*Take `import` out: the next `pulumi up` goes on from what is there/);
  });

  test("knows its own instances, also those of another copy of the package", async () => {
    const user = new clickpipes.ClickPipesUser("user");
    expect(clickpipes.ClickPipesUser.isInstance(user)).toBe(true);
    expect(clickpipes.Publication.isInstance(user)).toBe(false);
    expect(clickpipes.ClickPipesUser.isInstance({ name: "user" })).toBe(false);
    await settled();
  });

  test("marks its secrets so, also where the program gives them in clear", async () => {
    const user = new clickpipes.ClickPipesUser("user", { password: "Zu8-kR2_qW5.tY7~" });
    expect(await isSecret(user.password)).toBe(true);
    const provider = new clickpipes.Provider("source", PROVIDER);
    expect(await isSecret(provider.host)).toBe(false);
    expect(await value(provider.user)).toBe("admin");
    await settled();
  });
});
