import { describe, expect, test } from "vitest";
import { notReady } from "../../provider/readiness/refusals";
import { describeLine } from "../../provider/readiness/wording";
import { blocked } from "../support/readiness/facts";

describe("a line of the report as a message", () => {
  test.each([
    { fix: "ALTER ROLE a LOGIN", reads: "ALTER ROLE a LOGIN;" },
    { fix: "GRANT a TO b -- and so on for 2 more", reads: "GRANT a TO b; -- and so on for 2 more" },
    { fix: 'DROP SLOT; ALTER TABLE "a -- b" SET LOGGED', reads: 'DROP SLOT; ALTER TABLE "a -- b" SET LOGGED;' },
    {
      fix: `in database "other": ROLLBACK PREPARED 'b' -- or COMMIT PREPARED`,
      reads: `In database "other": ROLLBACK PREPARED 'b'; -- or COMMIT PREPARED`,
    },
    {
      fix: "create a unique index, then ALTER TABLE a REPLICA IDENTITY USING INDEX …",
      reads: "Create a unique index, then ALTER TABLE a REPLICA IDENTITY USING INDEX …;",
    },
    {
      fix: "add tables to the publication (ALTER PUBLICATION a ADD TABLE …)",
      reads: "Add tables to the publication (ALTER PUBLICATION a ADD TABLE …).",
    },
    { fix: "upgrade Postgres", reads: "Upgrade Postgres." },
  ])("gives the fix a line of its own: $fix", ({ fix, reads }) => {
    expect(describeLine(blocked("role", "it is wrong", fix), "role (blocked)")).toEqual([
      "role (blocked): it is wrong.",
      reads,
    ]);
  });

  test("has one line if there is no fix, and one period", () => {
    expect(describeLine(blocked("login", "it failed.", ""), "login")).toEqual(["login: it failed."]);
  });
});

describe("the refusal of a source that is not ready", () => {
  test("counts the blocked checks, and lists each with its fix below it", () => {
    const lines = [
      blocked("role", "it is wrong", "ALTER ROLE a LOGIN"),
      blocked("primary", "it is a replica", "use another"),
    ];
    expect(notReady(lines).message.split("\n")).toEqual([
      "ClickPipes would not accept this source: 2 checks are blocked.",
      "  - role: it is wrong.",
      "      ALTER ROLE a LOGIN;",
      "  - primary: it is a replica.",
      "      Use another.",
      "Run the fixes above, then `pulumi up` again.",
      'To get warnings instead of this error, set `onFailure: "warn"`.',
    ]);
  });

  test("counts a single one as one", () => {
    const [first] = notReady([blocked("role", "it is wrong", "")]).message.split("\n");
    expect(first).toBe("ClickPipes would not accept this source: 1 check is blocked.");
  });
});
