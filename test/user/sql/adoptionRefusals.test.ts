import { describe, expect, test } from "vitest";
import type { Role } from "../../../provider/postgres/sql/role";
import type { Server } from "../../../provider/postgres/sql/server";
import { planAdoption } from "../../../provider/user/adopt";
import type { FirstPassword } from "../../../provider/user/password/choice";
import type { UserInputs } from "../../../provider/user/state";
import { refusalOf } from "../../support/refusalOf";
import { type Adoption, EXPIRED, first, wanted } from "../../support/user/adoptions";
import { aRole, neonAdmin, STRONG, whoseTo } from "../../support/user/plans";

const CHANGE = 'role "reader" needs a change that "neondb_owner" cannot make.\n';
const ELSEWHERE = "\nMake the change with Neon's console or API, or set the arguments to what the role already has.";
const OWN =
  'role "reader" is the role that Pulumi connects as, so its password is not reset.\nA reset would lock Pulumi out of the database.\n' +
  "Set `password` to the password that the role has. Better, give ClickPipes its own role.";

function plan(server: Server, role: Role, desired: Partial<UserInputs>, password: FirstPassword) {
  return planAdoption(server, { role, found: whoseTo(role) }, wanted(desired), password);
}

describe("an adoption is refused", () => {
  test.each<Adoption & { password?: string; message: string }>([
    {
      title: "if the role has privileges that ClickPipes does not need",
      role: aRole({ bypassRls: true, privilegedThrough: ["neon_superuser"] }),
      message:
        'role "reader" has more privileges than ClickPipes needs: BYPASSRLS, membership in neon_superuser.\n' +
        "If it were adopted, ClickPipes would hold them too.\n" +
        "Use a separate role for ClickPipes, or accept this one with `allowPrivileged: true`.",
    },
    {
      title: "without a password and without consent to reset it",
      desired: {},
      message:
        'role "reader" exists, and its password cannot be read.\n' +
        "Set `password` to the password that it has, or set `passwordVersion` to reset it.\n" +
        "A reset locks out every client that uses the old password.",
    },
    {
      title: "with a wrong password and without consent to set it",
      accepted: "refused",
      message:
        'role "reader" does not accept the given `password`.\n' +
        "Correct `password`, or add `passwordVersion` to set the role's password to this one.",
    },
    {
      title: "with a password that an expired role refuses, and the refusal says so",
      role: aRole({ validUntil: EXPIRED }),
      accepted: "refused",
      message:
        'role "reader" does not accept the given `password`.\n' +
        `The role expired at ${EXPIRED}, and Postgres refuses every password for an expired role.\n` +
        "Correct `password`, or add `passwordVersion` to set the role's password to this one.",
    },
    {
      title: "if it would reset the password of the role that the provider acts as",
      server: neonAdmin(17, { user: "reader" }),
      desired: { passwordVersion: 1 },
      message: OWN,
    },
    {
      title: "if it would reset the password of the role that the provider logs in as",
      server: neonAdmin(17, { login: "reader" }),
      desired: { passwordVersion: 1 },
      message: OWN,
    },
    {
      title: "with a weak password that would have to be set",
      desired: { password: "weak", passwordVersion: 1 },
      accepted: "refused",
      password: "weak",
      message:
        "password: has about 18 bits of entropy, and Neon requires at least 60.\nMake it longer, with more kinds of characters.",
    },
    {
      title: "with a comment that the admin may not write",
      role: aRole({ mayComment: false }),
      desired: { password: STRONG, comment: "new" },
      message:
        'role "reader" cannot be given its `comment`.\n"neondb_owner" has no ADMIN option on "reader".\nRemove `comment`.',
    },
    {
      title: "with a change to a REPLICATION role on Postgres 15",
      server: neonAdmin(15),
      role: aRole({ mayAlter: false }),
      desired: { password: STRONG, connectionLimit: 3 },
      message: `${CHANGE}On Postgres 15, only a superuser can alter a REPLICATION role, and "neondb_owner" isn't a superuser.${ELSEWHERE}`,
    },
    {
      title: "for a role without REPLICATION on Postgres 15",
      server: neonAdmin(15),
      role: aRole({ replication: false }),
      message:
        'role "reader" has no REPLICATION.\n' +
        `On Postgres 15, only a superuser can give a role REPLICATION, and "neondb_owner" isn't a superuser.\n` +
        "Create another role with Neon's console, CLI or API.\n" +
        "Then adopt it: set `adopt: true`, `allowPrivileged: true` (Neon makes it a member of neon_superuser) and its `password`.\n" +
        "Or upgrade to Postgres 16 or later.",
    },
    {
      title: "with a change to a role on which the admin has no ADMIN option",
      role: aRole({ mayAlter: false }),
      desired: { password: STRONG, connectionLimit: 3 },
      message: `${CHANGE}"neondb_owner" has no ADMIN option on "reader".${ELSEWHERE}`,
    },
    {
      title: "with a change by an admin without CREATEROLE",
      server: neonAdmin(17, { createRole: false }),
      role: aRole({ mayAlter: false }),
      desired: { passwordVersion: 1 },
      message: `${CHANGE}"neondb_owner" lacks CREATEROLE.${ELSEWHERE}`,
    },
    {
      title: "with a change to a superuser by an admin that isn't one",
      role: aRole({ mayAlter: false, superuser: true }),
      desired: { password: STRONG, allowPrivileged: true, connectionLimit: 3 },
      message: `${CHANGE}"reader" is a superuser, and "neondb_owner" isn't.${ELSEWHERE}`,
    },
    {
      title: "for a role without REPLICATION by an admin without it",
      server: neonAdmin(17, { replication: false }),
      role: aRole({ replication: false }),
      message: `${CHANGE}"neondb_owner" lacks REPLICATION itself, so it cannot give it to another role.${ELSEWHERE}`,
    },
  ])(
    "$title",
    ({ server = neonAdmin(17), role = aRole(), desired = { password: STRONG }, accepted, password, message }) => {
      expect(refusalOf(() => plan(server, role, desired, first(accepted, password)))).toBe(message);
    },
  );

  test("but not with a comment that the role already has, even if the admin may not write it", () => {
    const role = aRole({ text: "same", mayComment: false });
    const { statements } = plan(neonAdmin(17), role, { password: STRONG, comment: "same" }, first("accepted"));
    expect(statements).toEqual([]);
  });
});
