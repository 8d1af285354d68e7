import { parseArgs } from "node:util";
import { Arguments } from "../lifecycle/arguments";
import { DEFAULT_PUBLICATION, DEFAULT_USER, READINESS_DEFAULTS } from "../lifecycle/defaults";
import { Output } from "../lifecycle/output";
import { resolveSettings, type Settings } from "../lifecycle/settings";
import { checkReadiness, type ReadinessInputs, readinessQuestion } from "../readiness/arguments";
import type { ReadinessQuestion } from "../readiness/facts";

export interface CheckArguments {
  settings: Settings;
  question: ReadinessQuestion;
  json: boolean;
}

const DEFAULTS = { role: DEFAULT_USER, publication: DEFAULT_PUBLICATION, mode: READINESS_DEFAULTS.replicationMode };

const OPTIONS = {
  uri: { type: "string" },
  role: { type: "string" },
  "password-stdin": { type: "boolean" },
  publication: { type: "string" },
  table: { type: "string", multiple: true },
  mode: { type: "string" },
  slot: { type: "string" },
  json: { type: "boolean" },
} as const;

/** How the resource's arguments are called here. */
const FLAGS: Record<string, string> = {
  tables: "--table",
  replicationMode: "--mode",
  replicationSlotName: "--slot",
  role: "--role",
  publication: "--publication",
};

export async function readCheckArguments(words: string[]): Promise<CheckArguments> {
  const values = parsed(words);
  const { json = false, role, publication, table, mode, slot } = { ...DEFAULTS, ...values };
  const args = new Arguments({ role, publication, tables: table, replicationMode: mode, replicationSlotName: slot });
  const password = values["password-stdin"] ? await readPassword() : process.env.CLICKPIPES_PASSWORD;
  const inputs = { ...checkReadiness(args), password } as ReadinessInputs;
  const problems = args.problems.flatMap((problem) => (problem.startsWith("password:") ? [] : [inFlags(problem)]));
  if (!password) problems.push("no password of the ClickPipes user: set CLICKPIPES_PASSWORD, or give --password-stdin");
  const settings = resolveSettings(
    (name) => (name === "connectionUri" ? values.uri : undefined),
    (name) => process.env[name] || undefined,
  );
  if ("problem" in settings.postgres) problems.push(inShell(settings.postgres.problem));
  // A value in the wrong place may be a URI or a password.
  if (problems.length > 0)
    throw usageProblem(new Output([...settings.secrets, password ?? ""]).clean(problems.join("\n")));
  return { settings, question: readinessQuestion(inputs), json };
}

function parsed(words: string[]) {
  try {
    return parseArgs({ args: words, options: OPTIONS }).values;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What stands in the wrong place may be a URI or a password: it is not repeated.
    const harmless = code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE" || /^Unknown option '-{1,2}[\w-]+'/.test(message);
    throw usageProblem(harmless ? message : "check takes options alone, such as --uri <uri> and --table <name>");
  }
}

async function readPassword(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
  return text.replace(/\r?\n$/, "");
}

function inFlags(problem: string): string {
  const text = problem.replace("; write { schema, name } for other names", "");
  return text.replace(/^(\w+)(\[\d+\])?/, (_all, name: string) => FLAGS[name] ?? name);
}

function inShell(problem: string): string {
  return problem.startsWith("no connection to Postgres")
    ? "no connection to Postgres: give --uri, or set DATABASE_URL or PGHOST and the others"
    : problem.replace(/^connectionUri/, "--uri");
}

const USAGE = "usage";

function usageProblem(message: string): Error {
  return Object.assign(new Error(message), { kind: USAGE });
}

export function isUsageProblem(error: Error): boolean {
  return (error as { kind?: string }).kind === USAGE;
}
