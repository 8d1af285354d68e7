import type { Role } from "../postgres/sql/role";
import { placeOf, type Server } from "../postgres/sql/server";
import type { Statement } from "../postgres/sql/statement";
import type { UserInputs, UserOutputs } from "./state";

/** What is sent to the server, and what the state keeps of it. */
export interface Plan {
  statements: Statement[];
  outputs: UserOutputs;
}

/** A role that exists by now: what goes wrong from here on is kept with it. */
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
