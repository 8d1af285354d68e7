import { describe, expect, test } from "vitest";
import { formatTable, parseTable, type TableSpec } from "../../../provider/postgres/sql/table";
import type { ActualPublication } from "../../../provider/publication/sql/actual";
import type { DesiredPublication } from "../../../provider/publication/sql/desired";
import { overlapping } from "../../../provider/publication/sql/handover";

const desired = (tables: TableSpec[], schemas: string[]): DesiredPublication => ({
  name: "p",
  allTables: false,
  tables: tables.map(parseTable),
  schemas,
  owner: "owner",
});
const actual = (tables: TableSpec[], schemas: string[]) => desired(tables, schemas) as unknown as ActualPublication;
const listed = { schema: "s", name: "t", columns: ["id"] };

function between(to: DesiredPublication, from: ActualPublication) {
  const both = overlapping(to, from);
  return both && { tables: both.tables.map(formatTable), schemas: both.schemas, owner: both.owner };
}

describe("Between a list and its schema", () => {
  test("both are published, and the owner changes later", () => {
    const both = { tables: ["s.t"], schemas: ["s"], owner: undefined };
    expect(between(desired([], ["s"]), actual(["s.t"], []))).toEqual(both);
    expect(between(desired(["s.t"], []), actual([], ["s"]))).toEqual(both);
  });

  test("nothing is planned if no table moves from one to the other", () => {
    expect(between(desired(["s.t"], []), actual(["s.t", "s.u"], []))).toBeUndefined();
    expect(between(desired(["r.t"], []), actual([], ["s"]))).toBeUndefined();
    expect(between(desired(["s.t"], ["s"]), actual(["s.t"], []))).toBeUndefined();
  });

  test("what is no longer desired is removed at once, and what is new is added at once", () => {
    const both = between(desired(["s.t", "r.new"], []), actual(["r.old"], ["s", "q"]));
    expect(both).toMatchObject({ tables: ["s.t", "r.new"], schemas: ["s"] });
  });

  test("no column is published that neither state publishes", () => {
    const secret = { schema: "r", name: "secret", columns: ["id"] };
    expect(between(desired([secret, listed], []), actual([], ["s"]))).toMatchObject({ tables: ["s.t"] });
    expect(between(desired([], ["s"]), actual([secret, listed], []))).toMatchObject({ tables: ["s.t"] });
  });
});
