import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import * as clickpipes from "../../provider";
import { isSecret, PROVIDER, useMockedProgram, value } from "../support/resources/mockedProgram";

const program = useMockedProgram();

describe("ClickPipesSource", () => {
  test("creates its parts with their frozen names and types, each with the given provider", async () => {
    const provider = new clickpipes.Provider("source", PROVIDER);
    const region = { cloud: "aws", region: "us-east-1" } as const;
    new clickpipes.ClickPipesSource(
      "orders",
      { project: "p-1", tables: ["public.orders"], clickPipesRegion: region },
      { provider },
    );
    await program.settled();
    expect(program.registered.map(({ type, name }) => `${type} ${name}`)).toEqual([
      "pulumi:providers:pulumi-nodejs source",
      "clickpipes:index:ClickPipesSource orders",
      "pulumi-nodejs:dynamic/clickpipes:IpAllowlist orders-ip-allowlist",
      "pulumi-nodejs:dynamic/clickpipes:LogicalReplication orders-logical-replication",
      "pulumi-nodejs:dynamic/clickpipes:ClickPipesUser orders-user",
      "pulumi-nodejs:dynamic/clickpipes:ClickPipesGrants orders-grants",
      "pulumi-nodejs:dynamic/clickpipes:Publication orders-publication",
      "pulumi-nodejs:dynamic/clickpipes:SourceReadiness orders-readiness",
    ]);
    for (const { name, provider: given, inputs } of program.registered.slice(2)) {
      expect(given, name).toContain("pulumi:providers:pulumi-nodejs::source");
      expect(inputs.mark).toMatch(new RegExp(`^organization/app/dev/\\w+/${name}$`));
    }
  });

  test("gives grants and publication the same scope, and all tables only on request", async () => {
    new clickpipes.ClickPipesSource("orders", { schemas: ["public"], readiness: false });
    new clickpipes.ClickPipesSource("all", { allTables: true, readiness: false });
    await program.settled();
    const inputsOf = (name: string) => program.registered.find((one) => one.name === name)?.inputs;
    expect(inputsOf("orders-grants")).toMatchObject({ schemas: ["public"] });
    expect(inputsOf("orders-publication")).toMatchObject({ schemas: ["public"] });
    expect(inputsOf("orders-publication")).not.toHaveProperty("allTables");
    expect(inputsOf("all-grants")).toMatchObject({ schemas: "*" });
    expect(inputsOf("all-publication")).toMatchObject({ allTables: true });
  });

  test("uses existing resources as its parts, and leaves out parts that are false", async () => {
    const user = new clickpipes.ClickPipesUser("shared");
    const source = new clickpipes.ClickPipesSource("second", {
      project: "p-1",
      tables: ["public.a"],
      user,
      grants: false,
      logicalReplication: false,
      readiness: false,
    });
    await program.settled();
    expect(source.user).toBe(user);
    expect(source.grants).toBeUndefined();
    expect(program.registered.map(({ name }) => name).sort()).toEqual(["second", "second-publication", "shared"]);
  });

  test("takes the scope from `publication` if only that has one, and ignores arguments that are `undefined`", async () => {
    new clickpipes.ClickPipesSource("orders", {
      publication: { schemas: ["shop"], adopt: undefined as never },
      user: { adopt: undefined as never, comment: "ours" },
      adopt: true,
      readiness: false,
    });
    await program.settled();
    const inputsOf = (name: string) => program.registered.find((one) => one.name === name)?.inputs;
    expect(inputsOf("orders-grants")).toMatchObject({ schemas: ["shop"] });
    expect(inputsOf("orders-publication")).toMatchObject({ schemas: ["shop"], adopt: true });
    expect(inputsOf("orders-user")).toMatchObject({ adopt: true, comment: "ours" });
  });

  test("passes the consent to unsafe tables on to the report, for a publication that it creates itself", async () => {
    const tables = ["public.orders"];
    new clickpipes.ClickPipesSource("own", { tables, publication: { allowUnsafeTables: true } });
    const publication = new clickpipes.Publication("shared", { tables, allowUnsafeTables: true });
    new clickpipes.ClickPipesSource("given", { publication });
    new clickpipes.ClickPipesSource("told", { publication, readiness: { allowUnsafeTables: true } });
    await program.settled();
    const consents = ["own", "given", "told"].map(
      (name) => program.registered.find((one) => one.name === `${name}-readiness`)?.inputs.allowUnsafeTables,
    );
    expect(consents).toEqual([true, undefined, true]);
  });

  test("returns connection values of which only the password is secret", async () => {
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
    await program.settled();
  });

  test("returns values that wait for its parts", async () => {
    const source = new clickpipes.ClickPipesSource("orders", { tables: ["public.orders"] });
    const { urn } = source.readiness as clickpipes.SourceReadiness;
    const behind = (
      source.connection.host as unknown as { allResources: () => Promise<Set<pulumi.Resource>> }
    ).allResources();
    expect([...(await behind)]).toContain(source.readiness);
    expect(await value(urn)).toContain("SourceReadiness::orders-readiness");
    await program.settled();
  });
});
