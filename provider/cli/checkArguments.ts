import { parseArgs } from "node:util";
import { Arguments } from "../lifecycle/arguments";
import { DEFAULT_PUBLICATION, DEFAULT_USER, READINESS_DEFAULTS } from "../lifecycle/defaults";
import { resolveSettings } from "../lifecycle/settings";
import { ADVICE_ON_OTHER_NAMES } from "../lifecycle/tables";
import type { PostgresSettings } from "../postgres/connectionSettings";
import { readArguments } from "../readiness/arguments";
import { type ReadinessQuestion, toQuestion } from "../readiness/question";
import { scrub } from "../scrub";
import { usageProblem } from "./refusals";

export interface CheckArguments {
  postgres: PostgresSettings;
  /** Must never be printed. */
  secrets: string[];
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

/** The options that stand for the resource's arguments. */
const FLAGS: Record<string, string> = {
  tables: "--table",
  replicationMode: "--mode",
  replicationSlotName: "--slot",
  role: "--role",
  publication: "--publication",
};

export async function readCheckArguments(words: string[]): Promise<CheckArguments> {
  const values = parseOptions(words);
  const { json = false, role, publication, table, mode, slot } = { ...DEFAULTS, ...values };
  const args = new Arguments({ role, publication, tables: table, replicationMode: mode, replicationSlotName: slot });
  const password = (values["password-stdin"] ? await readPassword() : process.env.CLICKPIPES_PASSWORD) ?? "";
  const inputs = { ...readArguments(args), password };
  const problems = args.problems.flatMap((problem) => (problem.startsWith("password:") ? [] : [inFlags(problem)]));
  if (!password)
    problems.push("the password of the ClickPipes user is missing.\nSet CLICKPIPES_PASSWORD, or use --password-stdin.");
  const settings = resolveSettings(
    (name) => (name === "connectionUri" ? values.uri : undefined),
    (name) => process.env[name] || undefined,
  );
  const { postgres } = settings;
  const secrets = [...settings.secrets, password];
  // A misplaced value may be a URI or a password.
  if ("problem" in postgres || problems.length > 0) {
    const found = "problem" in postgres ? [...problems, inShell(postgres.problem)] : problems;
    throw usageProblem(scrub(found.join("\n"), secrets));
  }
  return { postgres, secrets, question: toQuestion(inputs), json };
}

function parseOptions(words: string[]) {
  try {
    return parseArgs({ args: words, options: OPTIONS }).values;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Do not repeat a misplaced value: it may be a URI or a password.
    const harmless = code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE" || /^Unknown option '-{1,2}[\w-]+'/.test(message);
    throw usageProblem(harmless ? message : "check takes only options, such as --uri <uri> and --table <name>.");
  }
}

async function readPassword(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
  return text.replace(/\r?\n$/, "");
}

function inFlags(problem: string): string {
  const text = problem.replace(ADVICE_ON_OTHER_NAMES, "");
  return text.replace(/^(\w+)(\[\d+\])?/, (_all, name: string) => FLAGS[name] ?? name);
}

function inShell(problem: string): string {
  return problem.startsWith("no connection to Postgres")
    ? "no connection to Postgres is configured.\nUse --uri, or set DATABASE_URL or PGHOST and the other PG* variables."
    : problem.replace(/^connectionUri/, "--uri");
}
