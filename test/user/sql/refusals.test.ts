import { describe, expect, test } from "vitest";
import type { SourceError } from "../../../provider/errors";
import {
  roleInUse,
  roleWithLeftovers,
  takenName,
  unacceptedPassword,
  undroppableRole,
} from "../../../provider/user/refusals";
import { aRole, MARK, marker, neonAdmin } from "../../support/user/plans";

const USER = { mark: MARK, name: "reader" };
const sibling = aRole({ name: "taken", text: marker({ mark: "organization/app/dev/ClickPipesUser/b", token: "b1" }) });
const rights = Array.from({ length: 21 }, (_one, at) => `rights on table public.t${at + 1}`);

describe("a refusal says what happened, why, and what to do", () => {
  test.each<{ title: string; error: SourceError; kind: string; lines: string[] }>([
    {
      title: "if the new name belongs to another role of this stack",
      error: takenName("reader", sibling, USER),
      kind: "nameTaken",
      lines: [
        'role "reader" cannot be renamed to "taken": another role already has that name.',
        "That role belongs to this stack: rename or remove it first, in a separate `pulumi up`.",
        "To swap two names, give one of the roles a third name in between.",
      ],
    },
    {
      title: "if the new name belongs to any other role",
      error: takenName("reader", aRole({ name: "taken" }), USER),
      kind: "nameTaken",
      lines: [
        'role "reader" cannot be renamed to "taken": another role already has that name.',
        "Choose another name, or manage that role with its own ClickPipesUser.",
      ],
    },
    {
      title: "if the role does not accept a password that was just set",
      error: unacceptedPassword("reader"),
      kind: "passwordNotTaken",
      lines: ['role "reader" does not accept the password that was just set.', "Run `pulumi up` again."],
    },
    {
      title: "if the admin may not drop a role that this resource created",
      error: undroppableRole(neonAdmin(17), aRole({ text: marker({ mark: MARK, token: "t1" }) })),
      kind: "mayNotDropRole",
      lines: [
        'role "reader" cannot be dropped.',
        '"neondb_owner" has no ADMIN option on "reader".',
        "Have an admin who may drop it do so, or drop it with Neon's console or API. Then destroy again.",
      ],
    },
    {
      title: "if the admin may not drop an adopted role",
      error: undroppableRole(neonAdmin(17), aRole({ superuser: true })),
      kind: "mayNotDropRole",
      lines: [
        'role "reader" cannot be dropped.',
        '"reader" is a superuser, and "neondb_owner" isn\'t.',
        "Have an admin who may drop it do so, or drop it with Neon's console or API. Then destroy again.",
        "To keep the role, remove `deleteAdopted`, run `pulumi up`, then destroy again.",
      ],
    },
    {
      title: "if other objects depend on the role",
      error: roleWithLeftovers(
        "reader",
        { names: ["owner of table public.mine", "rights on table public.kept"], fixes: [] },
        [],
      ),
      kind: "roleHoldsRights",
      lines: [
        'role "reader" cannot be dropped: other objects still depend on it.',
        "This resource did not create these dependencies: owner of table public.mine; rights on table public.kept.",
        'Revoke the role\'s rights (REVOKE … FROM "reader"), and give what it owns another owner. Then destroy again.',
      ],
    },
    {
      title: "if policies and default privileges name the role, which REVOKE alone does not help",
      error: roleWithLeftovers(
        "reader",
        {
          names: ["use in policy p on table public.kept", "use in policy q on table public.t in database other"],
          fixes: ["Run: DROP POLICY p ON public.kept;", "Run in database other: DROP POLICY q ON public.t;"],
        },
        [],
      ),
      kind: "roleHoldsRights",
      lines: [
        'role "reader" cannot be dropped: other objects still depend on it.',
        "This resource did not create these dependencies: use in policy p on table public.kept; use in policy q on table public.t in database other.",
        "Run: DROP POLICY p ON public.kept;",
        "Run in database other: DROP POLICY q ON public.t;",
        'Revoke the role\'s other rights (REVOKE … FROM "reader"), and give what it owns another owner. Then destroy again.',
      ],
    },
    {
      title: "if grants still give the role rights",
      error: roleWithLeftovers("reader", { names: ["rights on table public.kept"], fixes: [] }, [
        "organization/app/dev/ClickPipesGrants/orders in database app",
      ]),
      kind: "roleHoldsRights",
      lines: [
        'role "reader" cannot be dropped: other objects still depend on it.',
        "This resource did not create these dependencies: rights on table public.kept.",
        "Rights that grants gave are among them: organization/app/dev/ClickPipesGrants/orders in database app.",
        "Delete those grants first, in the stack that they belong to.",
        'Revoke the role\'s rights (REVOKE … FROM "reader"), and give what it owns another owner. Then destroy again.',
      ],
    },
    {
      title: "if sessions use the role",
      error: roleInUse("reader", ["session 7 (unnamed, since today)", "replication slot s, read by session 8"]),
      kind: "roleInUse",
      lines: [
        'role "reader" is in use, so nothing was dropped.',
        "It is used by session 7 (unnamed, since today), replication slot s, read by session 8.",
        "Stop the ClickPipe, then destroy again.",
        "To drop the role anyway, set `allowLeftoverSlots: true` on the user, run `pulumi up`, then destroy again.",
      ],
    },
  ])("$title", ({ error, kind, lines }) => {
    expect(error.message.split("\n")).toEqual(lines);
    expect(error.kind).toBe(kind);
  });

  test("and names the first 20 objects that depend on the role", () => {
    const { message } = roleWithLeftovers("reader", { names: rights, fixes: [] }, []);
    expect(message).toContain("rights on table public.t1; ");
    expect(message).toContain("rights on table public.t20; and more.");
    expect(message).not.toContain("t21");
  });
});
