import { describe, expect, test } from "vitest";
import { absentObjects, displayPlace, notOurs, otherDatabase } from "../../provider/lifecycle/refusals";

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

describe("an object that belongs to someone else", () => {
  const name = "reader";
  const ADOPT = "To manage it as is, set `adopt: true`. Delete then leaves it in place.";
  const OTHERWISE = "Otherwise, choose another name.";

  test.each([
    {
      whose: "no resource",
      found: { kind: "role", name, sameStack: false } as const,
      lines: ['role "reader" already exists and was not created by this resource.', ADOPT, OTHERWISE],
    },
    {
      whose: "a resource of another stack",
      found: { kind: "publication", name, mark: "o/app/prod/Publication/p", sameStack: false } as const,
      lines: ['publication "reader" already exists and belongs to o/app/prod/Publication/p.', ADOPT, OTHERWISE],
    },
    {
      whose: "a resource of this stack, which may have been renamed",
      found: { kind: "role", name, mark: "o/app/dev/ClickPipesUser/u", sameStack: true } as const,
      lines: [
        'role "reader" already exists and belongs to o/app/dev/ClickPipesUser/u, a resource of this stack.',
        "If you renamed that resource in the program, give this one `aliases` with the old name.",
        ADOPT,
        OTHERWISE,
      ],
    },
  ])("is refused with the ways to continue, if it belongs to $whose", ({ found, lines }) => {
    expect(notOurs(found)).toMatchObject({ kind: "notOurs", message: lines.join("\n") });
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
