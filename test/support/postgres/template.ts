import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { PostgresBinaries } from "./binaries";
import { cacheFolder, makeFolder, publishFolder } from "./cache";
import { unprivilegedUser } from "./unprivilegedUser";

const run = promisify(execFile);

/** One password for every server: they listen on the loopback only and live for the length of a test. */
export const SUPERUSER = { user: "cloud_admin", password: "stand-in superuser" } as const;

const INITDB_ARGUMENTS = [
  ...["--username", SUPERUSER.user, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"],
  // Small segments keep the copy that each server starts from small.
  ...["--wal-segsize", "1", "--no-sync", "--no-instructions"],
];

/** A new data folder with a fresh cluster in it, copied from a template that is made once a version. */
export async function newDataDirectory(binaries: PostgresBinaries): Promise<string> {
  const folder = makeFolder("server");
  const source = join(await template(binaries), "data");
  await run("cp", ["-R", source, folder], { ...unprivilegedUser(), cwd: "/" });
  return join(folder, "data");
}

async function template(binaries: PostgresBinaries): Promise<string> {
  const recipe = createHash("sha256").update(JSON.stringify(INITDB_ARGUMENTS)).digest("hex").slice(0, 8);
  const lasting = join(cacheFolder(), `template-${binaries.release}-${recipe}`);
  if (existsSync(lasting)) return lasting;
  const building = makeFolder("building");
  const passwordFile = join(building, "password");
  writeFileSync(passwordFile, SUPERUSER.password);
  await run(binaries.initdb, [...INITDB_ARGUMENTS, "--pwfile", passwordFile, "-D", join(building, "data")], {
    ...unprivilegedUser(),
    env: binaries.environment,
    cwd: "/",
  });
  publishFolder(building, lasting);
  return lasting;
}
