import { describe, expect, test } from "vitest";
import { planAdoption } from "../../../provider/user/adopt";
import type { RoleBefore } from "../../../provider/user/state";
import { type Adoption, EXPIRED, first, wanted } from "../../support/user/adoptions";
import { aRole, MARK, marker, neonAdmin, ownMarker, PLACE, STRONG, summarize, whoseTo } from "../../support/user/plans";

const OTHER = { mark: "organization/app/prod/ClickPipesUser/user", token: "o1" };
const ADOPTED = ownMarker("t2", { adopted: true });
const KILLED = ownMarker("t1", { adopted: true });
/** As an earlier version wrote it. */
const KILLED_BEFORE = { mark: MARK, token: "t1", adopted: true };
const MARKED = `comment on reader: none -> ${marker(ADOPTED)}`;
/** Written on another branch of the project. */
const COPIED = ownMarker("t0", { place: { ...PLACE, systemIdentifier: "7000000000000000002" } });
/** An existing role is locked before the password is sent. */
const PASSWORD = ['alter role "reader"', `password of reader: ${STRONG}`];

describe("an adopted role is sent", () => {
  test.each<Adoption & { statements: string[]; before?: RoleBefore }>([
    { title: "only the marker if everything is as desired", statements: [MARKED] },
    {
      title: "nothing at all if the admin may not comment on it either",
      role: aRole({ mayAlter: false, mayComment: false }),
      statements: [],
    },
    {
      title: "only the marker if a login could not test its password",
      accepted: "unclear",
      statements: [MARKED],
    },
    {
      title: "LOGIN and REPLICATION if it lacks them, and remembers that it did",
      role: aRole({ canLogin: false, replication: false }),
      statements: ['alter role "reader" login replication', MARKED],
      before: { canLogin: false, replication: false },
    },
    {
      title: "the given password if it does not accept it and `passwordVersion` consents",
      desired: { password: STRONG, passwordVersion: 1 },
      accepted: "refused",
      statements: [...PASSWORD, MARKED],
    },
    {
      title: "no password that it already accepts, in spite of `passwordVersion`",
      desired: { password: STRONG, passwordVersion: 1 },
      statements: [MARKED],
    },
    {
      title: "a generated password if the program gives only `passwordVersion`",
      desired: { password: undefined, passwordVersion: "one" },
      accepted: undefined,
      statements: [...PASSWORD, MARKED],
    },
    {
      title: "no expiry if it has expired, and remembers the old one",
      role: aRole({ validUntil: EXPIRED }),
      desired: { passwordVersion: 1 },
      statements: [`alter role "reader" valid until 'infinity'`, ...PASSWORD, MARKED],
      before: { validUntil: EXPIRED },
    },
    {
      title: "the program's limit and expiry, and remembers the old ones",
      role: aRole({ connectionLimit: 4, validUntil: "2098-01-01T00:00:00.000Z" }),
      desired: { password: STRONG, connectionLimit: 9, validUntil: "2099-01-01T00:00:00.000Z" },
      statements: [`alter role "reader" connection limit 9 valid until '2099-01-01T00:00:00.000Z'`, MARKED],
      before: { connectionLimit: 4, validUntil: "2098-01-01T00:00:00.000Z" },
    },
    {
      title: "no limit that it already has, but remembers it as the program sets it",
      role: aRole({ connectionLimit: 4 }),
      desired: { password: STRONG, connectionLimit: 4 },
      statements: [MARKED],
      before: { connectionLimit: 4 },
    },
    {
      title: "the marker alone if the program sets no comment, which leaves its own unchanged",
      role: aRole({ text: "theirs" }),
      statements: [MARKED],
    },
    {
      title: "the program's comment, and remembers the old one",
      role: aRole({ text: "theirs" }),
      desired: { password: STRONG, comment: "new" },
      statements: [`comment on reader as a whole: new\n${marker(ADOPTED)}`],
      before: { comment: "theirs" },
    },
    {
      title: "a marker in place of another resource's, and remembers that one",
      role: aRole({ text: marker(OTHER) }),
      statements: [`comment on reader: ${marker(OTHER)} -> ${marker(ADOPTED)}`],
      before: { owned: OTHER },
    },
    {
      title: "the marker if its privileges are accepted",
      role: aRole({ bypassRls: true }),
      desired: { password: STRONG, allowPrivileged: true },
      statements: [MARKED],
    },
    {
      title: "a marker in place of its copy from another branch, and remembers that one",
      role: aRole({ text: marker(COPIED) }),
      statements: [`comment on reader: ${marker(COPIED)} -> ${marker(ADOPTED)}`],
      before: { owned: COPIED },
    },
    {
      title: "a new token after a killed adoption, and remembers nothing",
      role: aRole({ text: marker(KILLED), connectionLimit: 9 }),
      desired: { password: STRONG, connectionLimit: 9 },
      statements: [`comment on reader: ${marker(KILLED)} -> ${marker(ADOPTED)}`],
    },
    {
      title: "a new token after an earlier version's adoption was killed, and remembers nothing",
      role: aRole({ text: marker(KILLED_BEFORE), connectionLimit: 9 }),
      desired: { password: STRONG, connectionLimit: 9 },
      statements: [`comment on reader: ${marker(KILLED_BEFORE)} -> ${marker(ADOPTED)}`],
    },
    {
      title: "the program's changes by a superuser on Postgres 14",
      server: neonAdmin(14, { superuser: true }),
      role: aRole({ connectionLimit: 4 }),
      desired: { password: STRONG, connectionLimit: 9 },
      statements: ['alter role "reader" connection limit 9', MARKED],
      before: { connectionLimit: 4 },
    },
    {
      title: "no ALTER on Postgres 14, where its marker is all that Neon's owner may write",
      server: neonAdmin(14),
      role: aRole({ mayAlter: false }),
      statements: [MARKED],
    },
  ])(
    "$title",
    ({ server = neonAdmin(17), role = aRole(), desired = { password: STRONG }, statements, before, ...of }) => {
      const accepted = "accepted" in of ? of.accepted : "accepted";
      const plan = planAdoption(server, { role, found: whoseTo(role) }, wanted(desired), first(accepted));
      expect(summarize(plan.statements)).toEqual(statements);
      expect(plan.outputs).toEqual({
        password: STRONG,
        roleOid: 16400,
        target: PLACE,
        token: "t2",
        adopted: true,
        before: before ?? {},
      });
    },
  );
});
