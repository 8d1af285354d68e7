import { describe, expect, test } from "vitest";
import { formatTable, parseTable, type TableSpec } from "../../../provider/postgres/sql/table";
import type { ActualPublication } from "../../../provider/publication/sql/actual";
import type { DesiredPublication } from "../../../provider/publication/sql/desired";
import { overlapping } from "../../../provider/publication/sql/handover";

const wish = (tables: TableSpec[], schemas: string[]): DesiredPublication => ({
  name: "p",
  allTables: false,
  tables: tables.map(parseTable),
  schemas,
  owner: "somebody",
});
const found = (tables: TableSpec[], schemas: string[]) => wish(tables, schemas) as unknown as ActualPublication;
const listed = { schema: "s", name: "t", columns: ["id"] };

function between(desired: DesiredPublication, actual: ActualPublication) {
  const both = overlapping(desired, actual);
  return both && { tables: both.tables.map(formatTable), schemas: both.schemas, owner: both.owner };
}

describe("Between a list and its schema", () => {
  test("both are published, and the owner waits", () => {
    const both = { tables: ["s.t"], schemas: ["s"], owner: undefined };
    expect(between(wish([], ["s"]), found(["s.t"], []))).toEqual(both);
    expect(between(wish(["s.t"], []), found([], ["s"]))).toEqual(both);
  });

  test("nothing is, where no table passes from one to the other", () => {
    expect(between(wish(["s.t"], []), found(["s.t", "s.u"], []))).toBeUndefined();
    expect(between(wish(["r.t"], []), found([], ["s"]))).toBeUndefined();
    expect(between(wish(["s.t"], ["s"]), found(["s.t"], []))).toBeUndefined();
  });

  test("what is wished away goes at once, and what is new comes at once", () => {
    const both = between(wish(["s.t", "r.new"], []), found(["r.old"], ["s", "q"]));
    expect(both).toMatchObject({ tables: ["s.t", "r.new"], schemas: ["s"] });
  });

  test("no column is shown that neither state shows", () => {
    const secret = { schema: "r", name: "secret", columns: ["id"] };
    expect(between(wish([secret, listed], []), found([], ["s"]))).toMatchObject({ tables: ["s.t"] });
    expect(between(wish([], ["s"]), found([secret, listed], []))).toMatchObject({ tables: ["s.t"] });
  });
});
