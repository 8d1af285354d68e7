import type { Role } from "../../../provider/postgres/sql/role";
import type { Server } from "../../../provider/postgres/sql/server";
import type { FirstPassword } from "../../../provider/user/password/choice";
import type { UserInputs } from "../../../provider/user/state";
import { IDENTITY, STRONG } from "./plans";

export const EXPIRED = "2020-01-01T00:00:00.000Z";

export const wanted = (args: Partial<UserInputs>): UserInputs => ({
  ...IDENTITY,
  name: "reader",
  adopt: true,
  ...args,
});
export const first = (accepted: FirstPassword["accepted"], password = STRONG): FirstPassword => ({
  token: "t2",
  password,
  generated: false,
  accepted,
});

export interface Adoption {
  title: string;
  server?: Server;
  role?: Role;
  /** By default, only the right password. */
  desired?: Partial<UserInputs>;
  accepted?: FirstPassword["accepted"];
}
