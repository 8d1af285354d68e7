import { execFileSync } from "node:child_process";

/** Postgres refuses to run as root, so its processes and files then belong to `nobody`. */
export interface UnprivilegedUser {
  uid: number;
  gid: number;
}

const idOf = (flag: "-u" | "-g"): number => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));

let user: UnprivilegedUser | undefined;

export function unprivilegedUser(): UnprivilegedUser {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  if (uid === undefined || gid === undefined) {
    throw new Error("The test servers need a POSIX system: process.getuid is missing here.");
  }
  user ??= uid === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : { uid, gid };
  return user;
}
