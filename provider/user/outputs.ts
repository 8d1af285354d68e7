import type { Role } from "../postgres/sql/role";
import { placeOf, type Server } from "../postgres/sql/server";
import type { Statement } from "../postgres/sql/statement";
import type { UserInputs, UserOutputs } from "./state";

/** The statements to send, and what the state keeps afterwards. */
export interface Plan {
  statements: Statement[];
  outputs: UserOutputs;
}

/** A role that now exists. If a later step fails, the state keeps these outputs. */
export interface Made {
  id: string;
  user: UserInputs;
  outputs: UserOutputs;
}

interface Credentials {
  password: string | undefined;
  generated: boolean;
  token: string;
}

export function toOutputs(server: Server, role: Role, { password, generated, token }: Credentials): UserOutputs {
  return { password, roleOid: role.oid, target: placeOf(server), token, ...(generated && { generated }) };
}
