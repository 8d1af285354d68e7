import { describe, expect, test } from "vitest";
import { absentObjects, displayPlace, otherDatabase } from "../../provider/lifecycle/refusals";

describe("a place", () => {
  test.each([
    [{ database: "app" }, 'database "app"'],
    [{ database: "app", systemIdentifier: "7" }, 'database "app" (system identifier 7)'],
    [
      { database: "app", systemIdentifier: "7", neonProject: "p-1", neonBranch: "br-1" },
      'database "app" (system identifier 7, Neon project p-1, branch br-1)',
    ],
  ])("%j is displayed as %s", (place, text) => {
    expect(displayPlace(place)).toBe(text);
  });
});

test("another database is refused with both named, and with the way back and the way to accept it", () => {
  const expected = { database: "app", systemIdentifier: "7" };
  expect(otherDatabase(expected, { database: "other" }, "db.example.com").message).toBe(
    [
      'this resource lives in database "app" (system identifier 7), but the connection is to database "other" at db.example.com.',
      "Nothing was changed.",
      "Point the provider back at the database in which the resource was created.",
      "If that database was restored or moved on purpose, set the provider's `acceptMovedDatabase: true`, run `pulumi up` and " +
        "`pulumi refresh`, then remove the setting.",
    ].join("\n"),
  );
});

test.each([
  { known: undefined, first: 'not in database "app": table a.b, schema c.' },
  { known: " (table a.b was dropped)", first: 'not in database "app": table a.b, schema c (table a.b was dropped).' },
])("absent objects are named, with what is known about them: $known", ({ known, first }) => {
  expect(absentObjects("app", ["table a.b", "schema c"], "Nothing was granted.", known).message).toBe(
    `${first}\nNothing was granted.\nCreate it first, or remove it from the list.`,
  );
});
