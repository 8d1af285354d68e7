import type { LoginAnswer } from "../postgres/login";
import type { Role } from "../postgres/sql/role";
import { placeOf, type Server } from "../postgres/sql/server";
import type { UserInputs, UserOutputs } from "./lifecycle";

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
