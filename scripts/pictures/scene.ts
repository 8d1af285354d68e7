import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { programIn } from "../../test/support/docs/snippets";
import { createNeonStack } from "../../test/support/engine/neonStack";
import type { Stack } from "../../test/support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../../test/support/neon";
import { runAt } from "../../test/support/postgres/session";

const ROOT = resolve(__dirname, "../..");

/** What README's program names. */
export const PROJECT = "quiet-river-123456";

export interface Recording {
  name: "up" | "check" | "refresh";
  /** The command that printed it, as README shows it. */
  command: string;
  text: string;
}

/** Runs README's program on a local Neon with a schema of its own, and records what a user would see. */
export async function recordAll(): Promise<Recording[]> {
  const neon = await startLocalNeon({ projectId: PROJECT, allowedIps: ["127.0.0.1"] });
  try {
    const asOwner = (...statements: string[]) => runAt(neon.connectionUri, ...statements);
    await asOwner(
      "create table public.orders (id int primary key, note text)",
      "create table public.customers (id int primary key, name text)",
    );
    const stack = await createNeonStack(neon, { program: programIn("README.md") });
    try {
      return await recordLife(neon, stack, asOwner);
    } finally {
      await stack.remove();
    }
  } finally {
    await neon.stop();
  }
}

async function recordLife(
  neon: LocalNeon,
  stack: Stack,
  asOwner: (...statements: string[]) => Promise<unknown>,
): Promise<Recording[]> {
  const up = await stack.up({ skipPreview: true, args: ["--suppress-progress"] });
  await asOwner("alter table public.orders replica identity nothing");
  const check = await checkSource(neon, await stack.outputs(true));
  await asOwner(
    "alter table public.orders replica identity default",
    "revoke select on public.customers from clickpipes_user",
    "alter publication clickpipes_publication drop table public.customers",
  );
  const refresh = await stack.refresh({ skipPreview: true, args: ["--suppress-progress"] });
  const named = (text: string) =>
    text.replaceAll(neon.endpointId, `ep-${PROJECT}`).replaceAll(`${neon.port}`, "5432").trimEnd();
  return [
    { name: "up", command: "pulumi up", text: named(atTheEnd(up.output, ["postgresSource"])) },
    { name: "check", command: "npx pulumi-neon-clickpipes check --problems", text: named(check) },
    {
      name: "refresh",
      command: "pulumi refresh",
      text: named(atTheEnd(refresh.output, ["connection", "postgresSource"])),
    },
  ];
}

/** What a terminal still shows at the end of a run: no progress, nothing that is unchanged, and no repeated outputs. */
function atTheEnd(output: string, elided: string[]): string {
  const shorter = elided.reduce(
    (text, name) => text.replace(new RegExp(`^( {4}${name} *: \\{)\\n[\\s\\S]*?^ {4}\\}$`, "m"), "$1 … }"),
    output,
  );
  return shorter
    .replace(/^ .*(creating|refreshing|updating) \(.*\n/gm, "")
    .replace(/^ {4}(pulumi|clickpipes|pulumi-nodejs):.*\n/gm, "")
    .replace(/[ ]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n");
}

/** With exit status 1, since the source is blocked. */
function checkSource(neon: LocalNeon, outputs: Record<string, unknown>): Promise<string> {
  const { password } = outputs.connection as { password: string };
  const env = { PATH: process.env.PATH, DATABASE_URL: neon.connectionUri, CLICKPIPES_PASSWORD: password };
  return new Promise((done, fail) => {
    execFile(process.execPath, [`${ROOT}/bin/cli/main.js`, "check", "--problems"], { env }, (error, stdout, stderr) => {
      if (error?.code === 1) done(stdout);
      else fail(new Error(`check ended with ${error?.code ?? 0} and not with 1\n${stdout}${stderr}`));
    });
  });
}
