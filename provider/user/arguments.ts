import type { Arguments } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import { DEFAULT_USER } from "../lifecycle/defaults";
import type { Unmarked } from "../lifecycle/lifecycle";
import { isUnknown } from "../lifecycle/unknown";
import { weaknessOf } from "./password/strength";
import type { UserInputs } from "./state";

/** Postgres reserves the first two (`src/backend/utils/adt/acl.c`), and Neon reserves the others. */
const RESERVED: readonly string[] = [
  "public",
  "none",
  "neon_superuser",
  "cloud_admin",
  "zenith_admin",
  "neon_service",
  "web_access",
];
/** A password of this form is a verifier to Postgres, which stores it unchanged (`src/backend/libpq/crypt.c`). */
const HASHED = /^(SCRAM-SHA-256\$\d+:|md5[0-9a-f]{32}$)/;
const TIMESTAMP = /^(infinity|\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|[+-]\d\d(:?\d\d)?))?)?)$/;

export function checkArguments(args: Arguments, before: Partial<UserInputs>, context: Context): Unmarked<UserInputs> {
  const name = readName(args);
  context.run.announceRole(name);
  const adopt = args.flag("adopt");
  return {
    name,
    password: readPassword(args, adopt === true, before.password),
    passwordVersion: args.textOrNumber("passwordVersion"),
    connectionLimit: args.integer("connectionLimit", -1, 2_147_483_647),
    validUntil: readValidUntil(args),
    comment: args.text("comment"),
    adopt,
    deleteAdopted: args.flag("deleteAdopted"),
    allowPrivileged: args.flag("allowPrivileged"),
    allowLeftoverSlots: args.flag("allowLeftoverSlots"),
  };
}

function readName(args: Arguments): string {
  const name = args.identifier("name") ?? DEFAULT_USER;
  if (/^pg_/.test(name) || RESERVED.includes(name)) args.problem("name", `"${name}" is reserved by Postgres or Neon`);
  return name;
}

function readPassword(args: Arguments, adopt: boolean, before: string | undefined): string | undefined {
  const value = args.text("password");
  if (value === undefined || isUnknown(value)) return value;
  if (HASHED.test(value))
    args.problem("password", "is a hash, and no one can log in with a hash; give the plain password");
  else if (value === "") args.problem("password", "is empty; leave it out to generate one");
  // An existing role may have any password that it accepts. A login tests it, or did so when the role was adopted.
  else if (!adopt && value !== before) {
    const weakness = weaknessOf(value);
    if (weakness !== undefined) args.problem("password", weakness);
  }
  return value;
}

/** Canonical form: ISO 8601 in UTC. A time without a zone would mean a different instant in each session. */
function readValidUntil(args: Arguments): string | undefined {
  const expected = 'a time in ISO 8601, such as "2030-01-31T00:00:00Z", or "infinity"';
  const value = args.text("validUntil", { pattern: TIMESTAMP, expected });
  if (value === undefined || isUnknown(value) || value === "infinity" || !TIMESTAMP.test(value)) return value;
  const [date, clock] = [value.slice(0, 10), value.slice(11).replace(" ", "")];
  const zone = /(Z|[+-]\d\d(:?\d\d)?)$/.test(clock) ? "" : "Z";
  const time = new Date(`${date}T${clock === "" ? "00:00" : clock.replace(/([+-]\d\d)$/, "$1:00")}${zone}`);
  // Date reads 31 February as 3 March.
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(time.getTime()) || day.toISOString().slice(0, 10) !== date) {
    args.problem("validUntil", `expected ${expected}`);
    return value;
  }
  return time.toISOString();
}
