import { expect, test } from "vitest";
import { noSuchRole, stillGranted } from "../../provider/grants/refusals";
import { schemaRight, tableRight } from "../support/grants/values";

test.each([
  {
    title: "a missing role",
    refusal: noSuchRole("reader", "app"),
    kind: "noSuchRole",
    lines: [
      'role "reader" does not exist on the server of database "app".',
      "Create the role first, or correct `role`.",
    ],
  },
  {
    title: "a REVOKE without effect",
    refusal: stillGranted("reader", [schemaRight("app", { grantor: "dba" }), tableRight("app.orders")]),
    kind: "stillGranted",
    lines: [
      'role "reader" still has rights that these grants gave: schema app (by dba), table app.orders (by admin).',
      "Postgres accepted the REVOKE but did not carry it out.",
      "Run REVOKE as the grantor in parentheses, then delete these grants again.",
    ],
  },
])("the refusal of $title says what happened, why, and what to do", ({ refusal, kind, lines }) => {
  expect(refusal).toMatchObject({ kind, message: lines.join("\n") });
});
