import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalEntry, formatEntry, parseEntry } from "../../provider/ipAllowlist/addresses/entry";
import { parseConnectionUri } from "../../provider/lifecycle/connectionUri";
import { directHost, resolveSettings } from "../../provider/lifecycle/settings";
import { identifier, literal } from "../../provider/postgres/sql/statement";
import { compareTables, displayTable, formatTable, parseTable, tableKey } from "../../provider/postgres/sql/table";
import { scrub } from "../../provider/scrub";
import { generatePassword, LEAST_BITS, passwordBits } from "../../provider/user/password/strength";
import { useDatabase } from "../support/postgres/database";
import { holds, holdsAsync, storable, text } from "../support/properties";

describe("tables", () => {
  const table = fc.record({ schema: storable(8), name: storable(8) });

  test("are read from the form they were written in", () => {
    holds(
      table.filter(({ schema, name }) => schema !== "" && name !== ""),
      (value) => {
        expect(parseTable(formatTable(value))).toEqual(value);
      },
    );
  });

  test("have one key each, and one place in the order", () => {
    holds(fc.tuple(table, table), ([a, b]) => {
      const same = a.schema === b.schema && a.name === b.name;
      expect(tableKey(a) === tableKey(b)).toBe(same);
      expect(displayTable(a) === displayTable(b)).toBe(same);
      expect(compareTables(a, b) === 0).toBe(same);
      expect(compareTables(a, b)).toBe(-compareTables(b, a) || 0);
    });
  });
});

describe("entries of an IP Allow list", () => {
  const address = (family: 4 | 6) => fc.bigInt({ min: 0n, max: (1n << (family === 4 ? 32n : 128n)) - 1n });
  const entry = fc.constantFrom<4 | 6>(4, 6).chain((family) =>
    fc
      .tuple(address(family), address(family))
      .map((ends) => ends.sort((a, b) => (a < b ? -1 : 1)))
      .map(([first, last]) => ({ family, first, last })),
  );

  test("are read from the form they were written in", () => {
    holds(entry, (value) => {
      expect(parseEntry(formatEntry(value))).toEqual(value);
    });
  });

  test("have a spelling that does not change again", () => {
    const written = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4Extended(),
      text(20),
      fc.tuple(fc.ipV4(), fc.nat(40)).map((parts) => parts.join("/")),
    );
    holds(
      fc.oneof(
        written,
        fc.tuple(written, written).map((parts) => parts.join("-")),
      ),
      (value) => {
        const once = canonicalEntry(value);
        expect(canonicalEntry(once)).toBe(once);
      },
    );
  });
});

describe("connection URIs", () => {
  // A URL's path knows no "." and no "..".
  const part = storable(12).filter((value) => !/^\.{0,2}$/.test(value));

  test("give back the user, password and database that were put in", () => {
    holds(
      fc.record({ user: part, password: part, database: part, port: fc.integer({ min: 1, max: 65535 }) }),
      (parts) => {
        const { user, password, database, port } = parts;
        const [name, secret, path] = [user, password, database].map(encodeURIComponent);
        const fields = parseConnectionUri(`postgres://${name}:${secret}@db.example.com:${port}/${path}`);
        expect(fields).toEqual({ host: "db.example.com", port: String(port), user, password, database });
      },
    );
  });

  test("of any kind are read or refused in words, and never printed", () => {
    const uri = fc.oneof(
      text(),
      text().map((rest) => `postgres://${rest}`),
      fc.tuple(text(), text()).map(([a, b]) => `postgres://u:${a}@${b}/db`),
    );
    holds(uri, (value) => {
      const { postgres } = resolveSettings(
        (name) => (name === "connectionUri" ? value : undefined),
        () => undefined,
      );
      if ("problem" in postgres) expect(postgres.problem).toMatch(/\S/);
      else expect(directHost(postgres.host)).toBe(postgres.host);
    });
  });
});

describe("secrets in messages", () => {
  test("of six characters or more are never left, as they are or as in a URL", () => {
    holds(
      fc.tuple(
        text(),
        storable(30).filter(({ length }) => length >= 6),
        text(),
      ),
      ([before, secret, after]) => {
        // Overlapping with itself or its neighbours it might stand there again.
        fc.pre(!(before + after).includes(secret));
        const inUrl = encodeURIComponent(secret);
        const clean = scrub(`${before} ${secret} ${inUrl} postgres://user:${inUrl}@host/ ${after}`, [secret]);
        expect(clean.replaceAll("[secret]", "")).not.toContain(secret);
      },
    );
  });
});

describe("passwords", () => {
  test("that we make are strong and need no quoting", () => {
    holds(
      fc.constant(undefined),
      () => {
        const password = generatePassword();
        expect(passwordBits(password)).toBeGreaterThanOrEqual(2 * LEAST_BITS);
        expect(encodeURIComponent(password)).toBe(password);
      },
      300,
    );
  });

  test("of any kind have a finite number of bits, not below nothing", () => {
    holds(text(80), (password) => {
      const bits = passwordBits(password);
      expect(Number.isFinite(bits) && bits >= 0).toBe(true);
    });
  });
});

describe("names and texts in statements", () => {
  const db = useDatabase(17);

  test("come out of the server as they went in", async () => {
    const name = storable(15).filter((value) => value !== "" && Buffer.byteLength(value) <= 63);
    await holdsAsync(fc.tuple(name, storable()), async ([column, value]) => {
      const rows = await db.query(`select ${literal(value)} as ${identifier(column)}`);
      expect(rows).toEqual([{ [column]: value }]);
    });
  });
});
