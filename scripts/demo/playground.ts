import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Interruption } from "./interruption";
import { ROOT } from "./pulumi";

/** Says how to play with what was left running, and waits for Ctrl-C. */
export async function keepRunning(
  folder: string,
  env: Record<string, string>,
  interruption: Interruption,
): Promise<void> {
  const file = join(folder, "env.sh");
  const variables = { ...env, PATH: process.env.PATH ?? "" };
  writeFileSync(
    file,
    Object.entries(variables)
      .map(([name, value]) => `export ${name}='${value}'\n`)
      .join(""),
  );
  console.log(`
Everything is left running. In another terminal:

  source ${file}
  cd ${ROOT}

  pulumi stack output connection --show-secrets     what ClickPipes is given
  pulumi preview                                    nothing to do
  psql "$DATABASE_URL"                              the database, as its owner
  curl -H "Authorization: Bearer $NEON_API_KEY" "$NEON_API_HOST/projects/$(pulumi config get neonProject)"
                                                    the local Neon's API
  pulumi refresh                                    after you changed something by hand: what drifted
  pulumi up                                         puts it right, or applies what you changed in examples/quickstart
  pulumi destroy                                    takes it all away again

Ctrl-C here stops it all and removes the temporary folder.`);
  await interruption.wait();
}
