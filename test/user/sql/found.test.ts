import { describe, expect, test } from "vitest";
import { parseComment } from "../../../provider/postgres/sql/mark";
import type { Role } from "../../../provider/postgres/sql/role";
import { readOwnRole } from "../../../provider/user/find";
import { driftOf, liveInputs } from "../../../provider/user/read";
import type { UserState } from "../../../provider/user/state";
import { aRole, IDENTITY, MARK, marker, ownMarker, PLACE, whoseTo } from "../../support/user/plans";

const OWNER = ownMarker("t1");
const OTHER = { mark: "organization/app/prod/ClickPipesUser/user", token: "o1" };
const aState = (changes: Partial<UserState> = {}): UserState => ({
  id: "reader",
  ...IDENTITY,
  name: "reader",
  roleOid: 16400,
  token: "t1",
  ...changes,
});
const marked = (changes: Partial<Omit<Role, "marked">> = {}) => aRole({ text: marker(OWNER), ...changes });

describe("a refresh reports", () => {
  test.each<{ title: string; role?: Role; state?: Partial<UserState>; drift: string[] }>([
    { title: "nothing about a role with LOGIN, REPLICATION and its marker", drift: [] },
    { title: "NOLOGIN", role: marked({ canLogin: false }), drift: ['role "reader" cannot log in (NOLOGIN)'] },
    {
      title: "a lost REPLICATION",
      role: marked({ replication: false }),
      drift: ['role "reader" has lost REPLICATION'],
    },
    {
      title: "each privilege that ClickPipes does not need",
      role: marked({ createDb: true, privilegedThrough: ["neon_superuser"] }),
      drift: [
        'role "reader" has more privileges than ClickPipes needs: CREATEDB',
        'role "reader" has more privileges than ClickPipes needs: membership in neon_superuser',
      ],
    },
    {
      title: "no privilege that `allowPrivileged` accepts",
      role: marked({ createDb: true }),
      state: { allowPrivileged: true },
      drift: [],
    },
    {
      title: "a lost marker",
      role: aRole({ text: "by hand" }),
      drift: [`role "reader" does not carry this resource's marker in its comment`],
    },
    {
      title: "the marker of another create of this resource",
      role: aRole({ text: marker({ ...OWNER, token: "t0" }) }),
      drift: [`role "reader" carries the marker of another create of this resource`],
    },
    {
      title: "the marker that an earlier version wrote in another create of this resource",
      role: aRole({ text: marker({ mark: MARK, token: "t0" }) }),
      drift: [`role "reader" carries the marker of another create of this resource`],
    },
    {
      title: "nothing about a marker with the token of the state, as an earlier version wrote it",
      role: aRole({ text: marker({ mark: MARK, token: "t1" }) }),
      drift: [],
    },
    {
      title: "the other resource that the role belongs to now",
      role: aRole({ text: marker(OTHER) }),
      drift: ['role "reader" now belongs to organization/app/prod/ClickPipesUser/user'],
    },
    {
      title: "the other resource of this stack that the role belongs to now, with the component that it is in",
      role: aRole({ text: marker({ ...OWNER, path: "acme:index:Billing", token: "b1" }) }),
      drift: [`role "reader" now belongs to ${MARK} (in acme:index:Billing)`],
    },
    {
      title: "a copy of the marker of another create",
      role: aRole({ text: marker({ ...OWNER, token: "t0", place: { ...PLACE, systemIdentifier: "8" } }) }),
      drift: [`role "reader" carries the marker of another create of this resource`],
    },
    { title: "no lost marker if the admin may not write one", role: aRole({ mayComment: false }), drift: [] },
    {
      title: "no lost marker after `.get()`, whose state has no token",
      role: marked(),
      state: { token: undefined },
      drift: [],
    },
  ])("$title", ({ role = marked(), state, drift }) => {
    const whole = aState(state);
    const found = whoseTo(role, { oid: whole.roleOid, ...(whole.token && { token: whole.token }) });
    expect(driftOf(role, "neon_superuser", whole, found)).toEqual(drift);
  });
});

describe("a refresh shows", () => {
  test.each<{ title: string; role?: Role; state?: Partial<UserState>; inputs: object }>([
    { title: "the name alone if the program sets nothing else", inputs: {} },
    {
      title: "no limit, expiry or comment that the program does not set",
      role: aRole({ connectionLimit: 3, validUntil: "2030-01-01T00:00:00.000Z", text: `by hand\n${marker(OWNER)}` }),
      inputs: {},
    },
    { title: "the role's name now", role: marked({ name: "renamed" }), inputs: { name: "renamed" } },
    {
      title: "the role's limit if the program sets one",
      role: marked({ connectionLimit: 9 }),
      state: { connectionLimit: 3 },
      inputs: { connectionLimit: 9 },
    },
    {
      title: "the program's spelling of an expiry that is the same instant",
      role: marked({ validUntil: "2030-01-01T00:00:00.000Z" }),
      state: { validUntil: "2030-01-01T01:00:00+01:00" },
      inputs: { validUntil: "2030-01-01T01:00:00+01:00" },
    },
    {
      title: "the role's expiry if it is another instant",
      role: marked({ validUntil: "2031-01-01T00:00:00.000Z" }),
      state: { validUntil: "2030-01-01T00:00:00.000Z" },
      inputs: { validUntil: "2031-01-01T00:00:00.000Z" },
    },
    {
      title: "a removed expiry as infinity",
      state: { validUntil: "2030-01-01T00:00:00.000Z" },
      inputs: { validUntil: "infinity" },
    },
    {
      title: "the user's part of the comment if the program sets one",
      role: aRole({ text: `by hand\n${marker(OWNER)}` }),
      state: { comment: "reads" },
      inputs: { comment: "by hand" },
    },
    { title: "a removed comment as empty", state: { comment: "reads" }, inputs: { comment: "" } },
    { title: "the program's password", state: { password: "secret" }, inputs: { password: "secret" } },
    { title: "no generated password", state: { password: "secret", generated: true }, inputs: {} },
    {
      title: "the arguments that no database holds unchanged",
      state: { passwordVersion: 2, adopt: true, deleteAdopted: true, allowPrivileged: true, allowLeftoverSlots: true },
      inputs: { passwordVersion: 2, adopt: true, deleteAdopted: true, allowPrivileged: true, allowLeftoverSlots: true },
    },
  ])("$title", ({ role = marked(), state, inputs }) => {
    const shown = JSON.parse(JSON.stringify(liveInputs(role, aState(state))));
    expect(shown).toEqual({ name: "reader", ...inputs });
  });
});

describe("the role of a state is", () => {
  /** As the server answers `readRole`. */
  const row = ({ marked: _marked, oid, ...rest }: Role) => ({ ...rest, oid: String(oid) });

  test.each<{ title: string; role: Role; state?: Partial<UserState>; moved?: true; own: boolean }>([
    { title: "the one with its OID, whatever its name and its comment", role: aRole({ name: "renamed" }), own: true },
    { title: "not another one of its name", role: aRole({ oid: 1 }), own: false },
    { title: "any one of its name after `.get()`", role: aRole({ oid: 1 }), state: { roleOid: undefined }, own: true },
    { title: "one that carries its token under another OID", role: marked({ oid: 1 }), moved: true, own: true },
    { title: "not one with another token", role: aRole({ oid: 1, text: marker(OTHER) }), moved: true, own: false },
    {
      title: "an adopted one of its name on a restored server, if the admin may not comment on it",
      role: aRole({ oid: 1, mayComment: false }),
      state: { adopted: true },
      moved: true,
      own: true,
    },
    {
      title: "not an adopted one of its name on the same server",
      role: aRole({ oid: 1, mayComment: false }),
      state: { adopted: true },
      own: false,
    },
    {
      title: "not an adopted one that lost its token on a restored server, if the admin may comment on it",
      role: aRole({ oid: 1 }),
      state: { adopted: true },
      moved: true,
      own: false,
    },
    {
      title: "not one of its name on a restored server that was created and not adopted",
      role: aRole({ oid: 1, mayComment: false }),
      moved: true,
      own: false,
    },
  ])("$title", ({ role, state, moved, own }) => {
    const query = readOwnRole({ oid: moved ? null : 16400, name: "reader" }, aState(state));
    expect(query.read([row(role)])).toEqual(own ? { ...role, marked: parseComment(role.text) } : undefined);
  });

  test("undefined if the server has none", () => {
    expect(readOwnRole({ oid: 16400, name: "reader" }, aState()).read([])).toBeUndefined();
  });
});
