import { describe, expect, test } from "vitest";
import { commentOnPublication, creation } from "../../../provider/publication/sql/plan";
import { aDesired } from "../../support/publication/plans";

const T = { schema: "s", name: "t" };

describe("CREATE PUBLICATION", () => {
  test.each<{ title: string; desired: Parameters<typeof aDesired>[0]; sent: string }>([
    { title: "for no table yet", desired: {}, sent: 'create publication "p"' },
    { title: "for all tables", desired: { allTables: true }, sent: 'create publication "p" for all tables' },
    {
      title: "for tables with column lists and row filters",
      desired: { name: 'q"', tables: ["s.t", { ...T, name: "u", columns: ["id"], where: "true" }] },
      sent: 'create publication "q""" for table only "s"."t", only "s"."u" ("id") where (true)',
    },
    {
      title: "for tables and schemas",
      desired: { tables: ["s.t"], schemas: ["q", "r"] },
      sent: 'create publication "p" for table only "s"."t", tables in schema "q", "r"',
    },
    {
      title: "with every parameter but the default that older servers do not know",
      desired: { publish: ["insert", "delete"], viaRoot: false, generatedColumns: "none" },
      sent: `create publication "p" with (publish = 'insert, delete', publish_via_partition_root = false)`,
    },
    {
      title: "with stored generated columns",
      desired: { generatedColumns: "stored" },
      sent: 'create publication "p" with (publish_generated_columns = stored)',
    },
  ])("$title", ({ desired, sent }) => {
    expect(creation(aDesired(desired)).text).toBe(sent);
  });
});

test("COMMENT ON PUBLICATION takes any text, or null", () => {
  expect(commentOnPublication("p", "it's").text).toBe(`comment on publication "p" is 'it''s'`);
  expect(commentOnPublication("p", null).text).toBe('comment on publication "p" is null');
});
