import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Interruption } from "./interruption";
import { ROOT } from "./pulumi";

/** Prints how to use what was left running, and waits for Ctrl-C. */
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
Everything is still running. In another terminal:

  source ${file}
  cd ${ROOT}

  pulumi stack output connection --show-secrets     what ClickPipes needs
  pulumi preview                                    nothing to do
  psql "$DATABASE_URL"                              the database, as its owner
  curl -H "Authorization: Bearer $NEON_API_KEY" "$NEON_API_HOST/projects/$(pulumi config get neonProject)"
                                                    the local Neon's API
  pulumi refresh                                    what drifted, after you changed something by hand
  pulumi up                                         fixes it, or applies what you changed in examples/quickstart
  pulumi destroy                                    removes everything again

Press Ctrl-C here to stop everything and remove the temporary folder.`);
  await interruption.wait();
}
