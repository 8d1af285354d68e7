import { Arguments } from "../lifecycle/arguments";
import { DEFAULT_PUBLICATION, DEFAULT_USER, READINESS_DEFAULTS } from "../lifecycle/defaults";
import { resolveSettings } from "../lifecycle/settings";
import { ADVICE_ON_OTHER_NAMES } from "../lifecycle/tables";
import type { PostgresSettings } from "../postgres/connectionSettings";
import { readArguments } from "../readiness/arguments";
import { type ReadinessQuestion, toQuestion } from "../readiness/question";
import { scrub } from "../scrub";
import { type Connection, otherDatabase, readConnection } from "./connection";
import { type Options, parseOptions } from "./options";
import { usageProblem } from "./refusals";
import { readTables } from "./tables";

export interface CheckArguments {
  postgres: PostgresSettings;
  /** Must never be printed. */
  secrets: string[];
  question: ReadinessQuestion;
  options: Options;
}

/** The options that stand for the resource's arguments. */
const FLAGS: Record<string, string> = {
  tables: "--table",
  replicationMode: "--mode",
  replicationSlotName: "--slot",
  role: "--role",
  publication: "--publication",
};

export async function readCheckArguments(words: string[]): Promise<CheckArguments> {
  const options = parseOptions(words);
  const problems: string[] = [];
  const { password, ...login } = await readLogin(options, problems);
  const { table, exclude = [], mode = READINESS_DEFAULTS.replicationMode, slot } = options;
  if (table === undefined && exclude.length > 0) problems.push("--exclude needs --table for the same table.");
  const tables = table && readTables(table, exclude, problems);
  const named = { role: options.role ?? login.role, publication: options.publication ?? login.publication };
  const args = new Arguments({ ...named, tables, replicationMode: mode, replicationSlotName: slot });
  const inputs = { ...readArguments(args), password };
  problems.push(...args.problems.flatMap((problem) => (problem.startsWith("password:") ? [] : [inFlags(problem)])));
  const settings = resolveSettings(
    (name) => (name === "connectionUri" ? options.uri : undefined),
    (name) => process.env[name] || undefined,
  );
  const { postgres } = settings;
  const secrets = [...settings.secrets, password];
  if ("problem" in postgres) problems.push(inShell(postgres.problem));
  else if (login.connection) problems.push(...otherDatabase(login.connection, postgres));
  // A misplaced value may be a URI or a password.
  if ("problem" in postgres || problems.length > 0) throw usageProblem(scrub(problems.join("\n"), secrets));
  return { postgres, secrets, question: toQuestion(inputs), options };
}

interface Login {
  role: string;
  publication: string;
  password: string;
  /** From the stack, if that says where the database is. */
  connection?: Connection;
}

/** The ClickPipes user, from standard input or the environment. */
async function readLogin(options: Options, problems: string[]): Promise<Login> {
  const names = { role: DEFAULT_USER, publication: DEFAULT_PUBLICATION };
  if (options["connection-stdin"]) {
    const connection = readConnection(await readInput());
    if ("problem" in connection) {
      problems.push(connection.problem);
      return { ...names, password: "" };
    }
    const { user: role, publication, password } = connection;
    return { role, publication, password, connection };
  }
  const password = (options["password-stdin"] ? await readInput() : process.env.CLICKPIPES_PASSWORD) ?? "";
  if (!password)
    problems.push("the password of the ClickPipes user is missing.\nSet CLICKPIPES_PASSWORD, or use --password-stdin.");
  return { ...names, password };
}

async function readInput(): Promise<string> {
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
