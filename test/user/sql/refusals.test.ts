import { describe, expect, test } from "vitest";
import type { SourceError } from "../../../provider/errors";
import {
  foreignRole,
  roleInUse,
  roleWithLeftovers,
  takenName,
  unacceptedPassword,
  undroppableRole,
} from "../../../provider/user/refusals";
import { aRole, MARK, marker, neonAdmin } from "../../support/user/plans";

const USER = { mark: MARK, name: "reader" };
const sibling = aRole({ name: "taken", text: marker({ mark: "organization/app/dev/ClickPipesUser/b", token: "b1" }) });
const leftovers = Array.from({ length: 21 }, (_one, at) => `rights on table public.t${at + 1}`);

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
      error: roleWithLeftovers("reader", ["owner of table public.mine", "rights on table public.kept"], 2),
      kind: "roleHoldsRights",
      lines: [
        'role "reader" cannot be dropped: other objects still depend on it.',
        "This stack did not create these dependencies: owner of table public.mine; rights on table public.kept.",
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
    const { message } = roleWithLeftovers("reader", leftovers, leftovers.length);
    expect(message).toContain("rights on table public.t1; ");
    expect(message).toContain("rights on table public.t20; and more.");
    expect(message).not.toContain("t21");
  });

  test("and hints at `aliases` only for a role of this stack", () => {
    expect(foreignRole(sibling, USER).message).toContain("`aliases`");
    const foreign = aRole({ text: marker({ mark: "organization/app/prod/ClickPipesUser/b", token: "b1" }) });
    expect(foreignRole(foreign, USER).message).not.toContain("`aliases`");
    expect(foreignRole(aRole(), USER).message).not.toContain("`aliases`");
  });
});
