import type { Inputs } from "../lifecycle/arguments";
import type { LoginAnswer } from "../postgres/login";
import type { Ownership } from "../postgres/sql/mark";
import type { Role } from "../postgres/sql/role";
import { placeOf, type Server } from "../postgres/sql/server";

/** Made once: where the transaction has to be repeated, the repetition must mean the same role. */
export interface Fresh {
  token: string;
  password: string;
  /** What an existing role said to the password of the program. */
  accepted?: LoginAnswer;
}

export function outputsOf(role: Role, server: Server, user: UserInputs, fresh: Fresh): UserOutputs {
  const generated = user.password === undefined;
  return {
    password: fresh.password,
    roleOid: role.oid,
    target: placeOf(server),
    token: fresh.token,
    ...(generated && { generated }),
  };
}
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
  before?: Partial<Pick<Role, "name" | "canLogin" | "replication" | "connectionLimit" | "validUntil">> & {
    comment?: string | null;
    /** Somebody else's mark. */
    owned?: Ownership;
  };
}
export type UserState = UserInputs & UserOutputs;
