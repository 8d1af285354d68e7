import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { namesPublication } from "../../provider/postgres/sql/slots";
import { identifier } from "../../provider/postgres/sql/statement";
import { useDatabase } from "../support/postgres/database";
import { holdsAsync, storable } from "../support/properties";

const OURS = "pub";
const blank = fc.constantFrom("", " ", "  ", "\n", "\t ");
const gap = fc.constantFrom(" ", "  ", "\n", "\t ");
/** Publications as a reader may write them, many of them ours, or nearly. */
const name = fc.oneof(
  fc.constantFrom(
    "pub",
    "PUB",
    '"pub"',
    '"PUB"',
    "pub2",
    '"pub "',
    "Pub",
    '"p""ub"',
    "_pub",
    '"pub,x"',
    "publication_names",
  ),
  fc.stringMatching(/^[a-z_][a-zA-Z0-9_$]{0,5}$/),
  storable(6).map(identifier),
);
const list = fc.array(fc.tuple(blank, name, blank), { minLength: 1, maxLength: 4 });
const word = (text: string) => fc.constantFrom(text, text.toLowerCase(), `"${text.toLowerCase()}"`);
const others = fc.subarray(["proto_version '1'", "\"binary\" 'true'", "messages 'on'", "origin 'none'"]);

/** Which publications pgoutput would read: `SplitIdentifierString` of Postgres. */
function asked(names: readonly (readonly [string, string, string])[]): string[] {
  return names.map(([, one]) => (one.startsWith('"') ? one.slice(1, -1).replaceAll('""', '"') : one.toLowerCase()));
}

const reader = fc.record({
  names: list,
  option: word("PUBLICATION_NAMES"),
  verb: fc.constantFrom("START_REPLICATION SLOT", "start_replication  slot", " START_REPLICATION\nSLOT"),
  slot: fc.constantFrom("s", '"s"', "publication_names", '"publication_names"'),
  before: others,
  after: others,
  gap,
  end: fc.constantFrom(")", ");", " ) ;\n"),
});

describe("what a reader asks for in START_REPLICATION", () => {
  const db = useDatabase(17);

  async function readFrom(query: string): Promise<boolean | null> {
    const text = `select ${namesPublication} as names from (select $3::text as query) a`;
    const rows = await db.query<{ names: boolean | null }>(text, [OURS, identifier(OURS), query]);
    expect(rows).toHaveLength(1);
    return rows[0]?.names as boolean | null;
  }

  test("is read as pgoutput reads it, and never taken for another publication where it is ours", async () => {
    await holdsAsync(reader, async ({ names, option, verb, slot, before, after, gap: space, end }) => {
      const value = names
        .map((parts) => parts.join(""))
        .join(",")
        .replaceAll("'", "''");
      const options = [...before, `${option}${space}'${value}'`, ...after].join(", ");
      const found = await readFrom(`${verb} ${slot} LOGICAL 0/0 (${options}${end}`);
      const ours = asked(names).includes(OURS);
      if (ours) expect(found).toBe(true);
      // A comma inside quotes may make two names of one, and so ours of another's: to wait for that reader is safe.
      else if (!names.some(([, one]) => one.includes(","))) expect(found).toBe(false);
    });
  });

  test("is never misread where it is something else, or cut off", async () => {
    await holdsAsync(fc.tuple(reader, fc.nat(200), storable(30)), async ([{ names, option, verb }, length, noise]) => {
      const value = names
        .map((parts) => parts.join(""))
        .join(",")
        .replaceAll("'", "''");
      const whole = `${verb} s LOGICAL 0/0 (${option} '${value}')`;
      const cut = whole.slice(0, Math.min(length, whole.length - 1)).replace(/\)\s*$/, "");
      expect(await readFrom(Buffer.from(cut).toString())).toBe(null);
      expect(await readFrom(noise)).toBe(null);
    });
  });
});
