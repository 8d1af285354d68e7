import { tryLogin } from "../clients/login";
import { notOurs } from "../errors";
import { sameStack } from "../sql/mark";
import { privilegesOf, type Role, readRole, sameInstant, toRole } from "../sql/role";
import { placeOf, readServer, toServer } from "../sql/server";
import type { Arguments, Inputs } from "./arguments";
import type { Context } from "./context";
import type { Found, Lifecycle } from "./lifecycle";
import { LEAST_BITS, passwordBits } from "./password";
import { isUnknown } from "./unknown";
import { adoptable, createUser, mayCreateUsers } from "./userCreation";
import { removeUser } from "./userRemoval";
import { updateUser } from "./userUpdate";

export interface UserInputs extends Inputs {
  mark: string;
  name: string;
  password?: string;
  passwordVersion?: string | number;
  connectionLimit?: number;
  validUntil?: string;
  comment?: string;
  adopt?: boolean;
  deleteAdopted?: boolean;
  allowPrivileged?: boolean;
  allowLeftoverSlots?: boolean;
}

export interface UserOutputs extends Inputs {
  password?: string;
  roleOid: number;
  target: unknown;
  token: string;
  /** The password is ours, not the program's. */
  generated?: boolean;
  adopted?: boolean;
  /** What an adopted role was like before, where we changed it. */
  before?: Partial<Pick<Role, "canLogin" | "replication" | "connectionLimit" | "validUntil">> & {
    comment?: string | null;
  };
}

export type UserState = UserInputs & UserOutputs;

/** Postgres reserves the first two (`src/backend/utils/adt/acl.c`), Neon the others. */
const RESERVED = ["public", "none", "neon_superuser", "cloud_admin", "zenith_admin", "neon_service", "web_access"];
const TIMESTAMP = /^(infinity|\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|[+-]\d\d(:?\d\d)?))?)?)$/;

export const clickPipesUser: Lifecycle = {
  needs: () => ["postgres"],
  secrets: ["password"],
  arguments: [
    "name",
    "password",
    "passwordVersion",
    "connectionLimit",
    "validUntil",
    "comment",
    "adopt",
    "deleteAdopted",
    "allowPrivileged",
    "allowLeftoverSlots",
  ],

  check(args) {
    const adopt = args.flag("adopt");
    return {
      name: roleName(args),
      password: password(args, adopt === true),
      passwordVersion: version(args),
      connectionLimit: args.integer("connectionLimit", -1, 2_147_483_647),
      validUntil: validUntil(args),
      comment: args.text("comment"),
      adopt,
      deleteAdopted: args.flag("deleteAdopted"),
      allowPrivileged: args.flag("allowPrivileged"),
      allowLeftoverSlots: args.flag("allowLeftoverSlots"),
    };
  },

  async look(context, olds, inputs) {
    const user = inputs as UserInputs;
    if (olds.name === user.name) return;
    const seen = await context.lookAt((session) => session.run(readServer, readRole(null, user.name)));
    if (!seen) return;
    const server = toServer(seen[0]?.rows[0] ?? {});
    const role = toRole(seen[1]?.rows[0]);
    context.checkPlace(server);
    if (!role) {
      if (olds.name === undefined) mayCreateUsers(server, user.name);
      return;
    }
    const owner = role.marked.owner?.mark;
    if (owner === user.mark) return;
    if (!user.adopt || olds.name !== undefined) {
      throw notOurs({ kind: "role", name: user.name, mark: owner, sameStack: sameStack(owner ?? "", user.mark) });
    }
    adoptable(role, server, user);
    context.inform(`role "${user.name}" exists and would be adopted`);
  },

  create: createUser,
  read,
  update: updateUser,
  remove: removeUser,
};

function roleName(args: Arguments): string {
  const name = args.identifier("name") ?? "clickpipes_user";
  if (/^pg_/.test(name) || RESERVED.includes(name)) args.problem("name", `"${name}" is reserved by Postgres or Neon`);
  return name;
}

function password(args: Arguments, adopt: boolean): string | undefined {
  const value = args.text("password");
  if (value === undefined || isUnknown(value)) return value;
  if (value === "") args.problem("password", "is empty; leave it out to have one generated");
  // A role that exists may have any password that it accepts: there a login judges.
  else if (!adopt && passwordBits(value) < LEAST_BITS) {
    const bits = Math.floor(passwordBits(value));
    args.problem(
      "password",
      `has about ${bits} bits of entropy; Neon takes ${LEAST_BITS} or more: make it longer, with more kinds of characters`,
    );
  }
  return value;
}

function version(args: Arguments): string | number | undefined {
  return args.textOrNumber("passwordVersion");
}

/** In UTC and ISO 8601: a time without a zone would mean another instant in each session. */
function validUntil(args: Arguments): string | undefined {
  const expected = 'a time in ISO 8601, such as "2030-01-31T00:00:00Z", or "infinity"';
  const value = args.text("validUntil", { pattern: TIMESTAMP, expected });
  if (value === undefined || isUnknown(value) || value === "infinity" || !TIMESTAMP.test(value)) return value;
  const zoned = /(Z|[+-]\d\d(:?\d\d)?)$/.test(value.slice(10))
    ? value
    : value.length === 10
      ? `${value}T00:00:00Z`
      : `${value}Z`;
  const time = new Date(zoned.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
  if (Number.isNaN(time.getTime())) args.problem("validUntil", `expected ${expected}`);
  else return time.toISOString();
  return value;
}

async function read(context: Context, id: string, inputs: Inputs): Promise<Found | undefined> {
  const state = inputs as UserState;
  const look = readRole(state.roleOid ?? null, state.name ?? id);
  const [serverAnswer, roleAnswer] = await context.postgres.use((session) => session.run(readServer, look));
  const server = toServer(serverAnswer?.rows[0] ?? {});
  context.checkPlace(server, state);
  const role = toRole(roleAnswer?.rows[0]);
  if (!role) return undefined;
  const drift = [...driftOf(role, server.privilegedRole, state), ...(await passwordDrift(context, role, state))];
  return { outputs: { roleOid: role.oid, target: placeOf(server) }, inputs: liveInputs(role, state), drift };
}

/** Only what the program mentions is compared; the rest of the role is as it was found. */
function liveInputs(role: Role, state: UserState): Inputs {
  const {
    passwordVersion,
    connectionLimit,
    validUntil,
    comment,
    adopt,
    deleteAdopted,
    allowPrivileged,
    allowLeftoverSlots,
  } = state;
  const validity =
    validUntil !== undefined && sameInstant(validUntil, role.validUntil) ? validUntil : (role.validUntil ?? "infinity");
  return {
    name: role.name,
    passwordVersion,
    adopt,
    deleteAdopted,
    allowPrivileged,
    allowLeftoverSlots,
    ...(!state.generated && { password: state.password }),
    ...(connectionLimit !== undefined && { connectionLimit: role.connectionLimit }),
    ...(validUntil !== undefined && { validUntil: validity }),
    ...(comment !== undefined && { comment: role.marked.comment ?? "" }),
  };
}

function driftOf(role: Role, privilegedRole: string | undefined, state: UserState): string[] {
  const name = `role "${role.name}"`;
  const drift = [];
  if (!role.canLogin) drift.push(`${name} may not log in (NOLOGIN)`);
  if (!role.replication) drift.push(`${name} has lost REPLICATION`);
  if (!state.allowPrivileged) {
    for (const { found } of privilegesOf(role, privilegedRole)) drift.push(`${name} is more than a reader: ${found}`);
  }
  const owner = role.marked.owner;
  const lost = state.token !== undefined && role.mayComment && owner?.token !== state.token;
  if (lost && (owner === undefined || owner.mark === state.mark))
    drift.push(`${name} does not bear this resource's mark in its comment`);
  return drift;
}

async function passwordDrift(context: Context, role: Role, state: UserState): Promise<string[]> {
  if (state.password === undefined || !role.canLogin) return [];
  const answer = await tryLogin(context.postgres.settings, role.name, state.password);
  if (answer !== "refused") return [];
  const expired =
    role.validUntil !== null && role.validUntil !== "infinity" && Date.parse(role.validUntil) < Date.now();
  return [`role "${role.name}" no longer accepts its password${expired ? `: it expired at ${role.validUntil}` : ""}`];
}
