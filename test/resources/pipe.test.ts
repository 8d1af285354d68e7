import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import * as clickpipes from "../../provider";
import { mapTables, withoutClashes } from "../../provider/resources/pipe";
import { useMockedProgram, value } from "../support/resources/mockedProgram";

const program = useMockedProgram();

describe("the pipe of a ClickPipesSource", () => {
  const targets = async (args: Partial<clickpipes.ClickPipesSourceArgs>): Promise<string[]> => {
    const { postgresSource } = new clickpipes.ClickPipesSource("orders", { readiness: false, ...args });
    const mappings = await value(postgresSource.tableMappings);
    await program.settled();
    return mappings.map(({ targetTable }) => targetTable);
  };

  test("gives tables targets that do not clash, even if a schema in a name makes them equal", async () => {
    expect(await targets({ tables: ["public.orders", "shop.items"], allTables: false })).toEqual(["orders", "items"]);
    expect(await targets({ tables: ["public.orders", "shop.orders", "old.public_orders"] })).toEqual([
      "public_orders",
      "shop_orders",
      "old_public_orders",
    ]);
    const pipe = { targetTable: ({ schema, name }: clickpipes.TableName) => `pg_${schema}_${name}` };
    expect(await targets({ tables: ["public.orders"], pipe })).toEqual(["pg_public_orders"]);
  });

  test("is refused if two tables would become one", () => {
    const mapping = { sourceSchemaName: "a", sourceTable: "b", targetTable: "one" };
    expect(() => withoutClashes([mapping, { ...mapping, sourceTable: "c" }])).toThrow(
      /a\.b and a\.c would both become the table one in ClickHouse/,
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

  test("excludes the columns that the publication leaves out, and the report checks the others", async () => {
    const excludedColumns = [{ schema: "public", name: "orders", columns: ["note"] }];
    program.fromPublication = { excludedColumns };
    const source = new clickpipes.ClickPipesSource("orders", {
      tables: [{ schema: "public", name: "orders", columns: ["id"] }, "shop.items"],
    });
    expect(await value(source.postgresSource.tableMappings)).toEqual([
      { sourceSchemaName: "public", sourceTable: "orders", targetTable: "orders", excludedColumns: ["note"] },
      { sourceSchemaName: "shop", sourceTable: "items", targetTable: "items" },
    ]);
    await program.settled();
    expect(program.registered.find(({ name }) => name === "orders-readiness")?.inputs.tables).toEqual([
      { schema: "public", name: "orders", excludedColumns: ["note"] },
      { schema: "shop", name: "items" },
    ]);
  });

  test("takes the scope from an existing publication, also for grants", async () => {
    program.fromPublication = { publishedTables: [{ schema: "shop", name: "items" }] };
    const publication = new clickpipes.Publication("shared", { tables: ["shop.items"] });
    expect(await targets({ publication })).toEqual(["items"]);
    expect(program.registered.find(({ name }) => name === "orders-grants")?.inputs.tables).toEqual([
      { schema: "shop", name: "items" },
    ]);
    program.fromPublication = {};
    expect(await targets({ tables: ["public.a"], publication: { tables: ["public.b"] } })).toEqual(["b"]);
  });

  test("has the address of a provider that it inherits from a parent", async () => {
    const provider = new clickpipes.Provider("source", { connectionUri: "postgres://a:secretive@db.example.com/app" });
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, { providers: [provider] });
    const tables = ["public.orders"];
    const { connection } = new clickpipes.ClickPipesSource("orders", { tables, readiness: false }, { parent });
    expect(await value(connection.host)).toBe("db.example.com");
    const own = new clickpipes.ClickPipesSource("own", { tables, readiness: false }, { providers: [provider] });
    expect(await value(own.connection.host)).toBe("db.example.com");
    await program.settled();
    for (const name of ["orders-user", "own-user"])
      expect(program.registered.find((one) => one.name === name)?.provider, name).toContain("source");
  });
});
