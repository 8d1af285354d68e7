import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stack } from "../../support/engine/stack";
import { createYamlStack } from "../../support/plugin/yamlStack";
import { useDatabase } from "../../support/postgres/database";
import { rightsOf } from "../../support/postgres/rights";
import { publicationOf } from "../../support/publication/publications";
import { roleExists } from "../../support/user/catalog";

const PROGRAM = `
resources:
  orders:
    type: clickpipes:ClickPipesSource
    properties:
      tables: [public.orders]
      user: { name: reader }
      publication: { name: reader_pub }
  other:
    type: clickpipes:ClickPipesUser
    properties:
      name: other_reader
outputs:
  host: \${orders.host}
  tables: \${orders.tableMappings}
  password: \${orders.password}
  other: \${other.name}
`;

/** The stack, the provider, the component, its four SQL parts, and the other user. */
const ALL = 7;

describe("a YAML program with the plugin", () => {
  const db = useDatabase(17);
  let stack: Stack;
  let before: unknown;

  // The first run on a machine may build the host of YAML programs.
  beforeAll(async () => {
    await db.query("create table public.orders (id int primary key, item text)");
    before = await catalog();
    stack = await createYamlStack({
      program: PROGRAM,
      config: { "clickpipes:connectionUri": { secret: db.uri }, "clickpipes:deleteTimeout": "5" },
    });
  }, 1_200_000);
  afterAll(() => stack?.remove());

  const catalog = async () => [
    await db.query("select rolname from pg_roles order by 1"),
    await db.query("select pubname from pg_publication order by 1"),
    // Once something was revoked, Postgres spells out what the owner had all along.
    await db.query(`select relname, a.* from pg_class, aclexplode(relacl) a
                     where relnamespace = 'public'::regnamespace and a.grantee <> relowner`),
    await db.query("select nspacl::text from pg_namespace where nspname = 'public'"),
  ];

  test("previews and changes nothing", async () => {
    const { changes, output } = await stack.preview();
    expect(changes, output).toEqual({ create: ALL });
    expect(await catalog()).toEqual(before);
  });

  test("creates everything, and shows no secret", async () => {
    const { changes, output } = await stack.up({ skipPreview: true });
    expect(changes, output).toEqual({ create: ALL });
    expect(await publicationOf(db, "reader_pub")).toBeDefined();
    expect(await roleExists(db, "other_reader")).toBe(true);
    expect((await rightsOf(db, "reader")).join()).toContain("SELECT on public.orders");
    const shown = await stack.outputs();
    expect(shown).toMatchObject({
      host: new URL(db.uri).hostname,
      tables: [{ sourceSchemaName: "public", sourceTable: "orders", targetTable: "orders" }],
      password: "[secret]",
      other: "other_reader",
    });
    const { password } = await stack.outputs(true);
    const exported = await stack.exportText();
    expect(String(password).length).toBeGreaterThan(15);
    for (const secret of [String(password), db.uri]) expect(`${exported}${output}`).not.toContain(secret);
  });

  test("finds nothing to change", async () => {
    const { changes, output } = await stack.up();
    expect(changes, output).toEqual({ same: ALL });
  });

  test("finds drift, shows it at the resource, and repairs it", async () => {
    await db.query("alter role reader nologin");
    await db.query("alter publication reader_pub set (publish = 'insert')");
    const { output } = await stack.refresh();
    expect(output).toContain('drift: role "reader" cannot log in (NOLOGIN)');
    const preview = await stack.preview({ args: ["--diff"] });
    expect(preview.output).toMatch(/- drift/);
    const repaired = await stack.up({ skipPreview: true });
    expect(repaired.output).toMatch(
      /clickpipes:index:Publication .*orders-publication.*\n\s*warning: publication "reader_pub" had lost/,
    );
    const { changes, output: again } = await stack.up();
    expect(changes, again).toEqual({ same: ALL });
    expect((await publicationOf(db, "reader_pub"))?.publish).toBe("insert,update,delete,truncate");
  });

  test("destroys everything, and leaves the database as before", async () => {
    const { changes, output } = await stack.destroy();
    expect(changes, output).toEqual({ delete: ALL });
    expect(await catalog()).toEqual(before);
  });
});
