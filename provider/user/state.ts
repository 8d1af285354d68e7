import type { StateOf } from "../lifecycle/lifecycle";
import type { Identity, Ownership } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import type { Role } from "../postgres/sql/role";

export interface UserInputs extends Identity {
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

export interface UserOutputs {
  password?: string;
  roleOid: number;
  target: Place;
  token: string;
  /** The provider generated the password, because the program gives none. */
  generated?: boolean;
  adopted?: boolean;
  before?: RoleBefore;
}

/** The values of an adopted role before this resource changed them. */
export interface RoleBefore
  extends Partial<Pick<Role, "name" | "canLogin" | "replication" | "connectionLimit" | "validUntil">> {
  comment?: string | null;
  /** The marker of another resource. */
  owned?: Ownership;
}

export type UserState = StateOf<UserInputs, UserOutputs>;
