import { isDeepStrictEqual } from "node:util";
import type { TestDatabase } from "../postgres/database";
import { BodyReader, type PostgresMessage } from "../postgres/messages";
import type { Wire } from "../wire/recording";

/** One step of a life, as everybody but chance sees it. */
export interface Step {
  title: string;
  result: unknown;
  statements: string[];
  said: string[];
}

const FAILED = "failed: ";

/** The steps that failed, with their errors. */
export function failuresIn(steps: Step[]): string[] {
  return steps.flatMap(({ title, result }) =>
    typeof result === "string" && result.startsWith(FAILED) ? [`${title}: ${result}`] : [],
  );
}

/** Notes what passes over the wire and what is said, step by step. */
export class Recorder {
  readonly steps: Step[] = [];
  /** Passwords, by what stands for them in the record. */
  readonly secrets = new Map<string, string>();

  constructor(
    private readonly wire: Wire,
    private readonly said: string[],
  ) {}

  /** What fails is noted as the result, and the life goes on. */
  async step(title: string, work: () => Promise<unknown>): Promise<void> {
    const statements: string[] = [];
    this.wire.onMessage = (message) => {
      const text = textOf(message);
      if (text !== undefined) statements.push(text);
      return undefined;
    };
    const before = this.said.length;
    const result = await work().catch((error: Error) => `${FAILED}${error.message}`);
    this.wire.onMessage = undefined;
    const said = this.said.slice(before);
    // Its two logins are under way at the same time.
    if (title.endsWith("readiness")) statements.sort();
    this.steps.push(this.#withoutChance({ title, result, statements, said }) as Step);
  }

  #withoutChance(value: unknown, name = ""): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.#withoutChance(entry));
    if (value !== null && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.#withoutChance(entry, key)]));
    if (BY_CHANCE.test(name)) return "…";
    if (typeof value !== "string") return value;
    let text = value;
    for (const [secret, shown] of this.secrets) text = text.replaceAll(secret, shown);
    return text.replace(/("(?:token|place)\\*": ?\\*")[^"\\]+/g, "$1…").replace(/("(?:oid|roleOid)\\*": ?)\d+/g, "$1…");
  }
}

const BY_CHANCE = /^(token|oid|roleOid|__provider)$/;

/** The text of a statement that is sent, or the values that go with one. */
function textOf({ type, body }: PostgresMessage): string | undefined {
  if (type !== "P" && type !== "Q" && type !== "B") return undefined;
  const reader = new BodyReader(body);
  if (type === "Q") return reader.string();
  reader.string();
  const text = reader.string();
  if (type === "P") return text;
  for (let formats = reader.int16(); formats > 0; formats--) reader.int16();
  const values = Array.from({ length: reader.int16() }, () => reader.value()?.toString("utf8") ?? null);
  return values.length > 0
    ? `with ${JSON.stringify(values.map((value) => (isOid(value) || isFingerprint(value) ? "…" : value)))}`
    : undefined;
}

const isOid = (value: string | null): boolean => /^\d{5}$/.test(value ?? "") && Number(value) >= 16384;

/** What a preview says where others read a filter otherwise: the one thing that depends on their settings. */
export const OTHER_MEANING = /^warning: .*: the row filter of /;

/** What two lives do not have in common, with the step in which it shows. */
export function differences(clean: Step[], other: Step[]): string[] {
  const titles = [clean, other].map((steps) => steps.map(({ title }) => title));
  const found = compared("steps", titles[0] ?? [], titles[1] ?? []);
  for (const [number, step] of clean.entries()) {
    const same = other[number];
    if (!same) break;
    found.push(...compared(`${step.title}, result`, lines(step.result), lines(same.result)));
    found.push(...compared(`${step.title}, said`, step.said.filter(isTheSame), same.said.filter(isTheSame)));
    found.push(...compared(`${step.title}, statements`, step.statements, same.statements));
  }
  return found;
}

const isTheSame = (line: string): boolean => !OTHER_MEANING.test(line);

const lines = (value: unknown): string[] => JSON.stringify(value, null, 1)?.split("\n") ?? [];

/** The first lines that only one of the two has. */
function compared(where: string, clean: string[], other: string[]): string[] {
  if (isDeepStrictEqual(clean, other)) return [];
  const only = (sign: string, own: string[], others: string[]) =>
    own.filter((line) => !others.includes(line)).map((line) => `${where}: ${sign} ${line.trim().slice(0, 400)}`);
  const found = [...only("-", clean, other).slice(0, 3), ...only("+", other, clean).slice(0, 3)];
  return found.length > 0 ? found : [`${where}: in another order`];
}

const FACTS = [
  `select 'role', to_jsonb(a) - 'oid' - 'rolpassword', left(a.rolpassword, 13), shobj_description(a.oid, 'pg_authid')
     from pg_authid a where rolname !~ '^pg_'`,
  `select 'member', m.roleid::regrole, m.member::regrole, m.grantor::regrole, to_jsonb(m) - 'oid' - 'roleid' - 'member' - 'grantor'
     from pg_auth_members m`,
  "select 'database', datname, coalesce(datacl, acldefault('d', datdba)) from pg_database",
  "select 'schema', nspname, coalesce(nspacl, acldefault('n', nspowner)), nspowner::regrole from pg_namespace where nspname !~ '^pg_(toast|temp)'",
  `select 'relation', c.oid::regclass, coalesce(c.relacl, acldefault('r', c.relowner)), c.relowner::regrole
     from pg_class c where c.oid >= 16384 and c.relkind in ('r', 'p', 'v')`,
  "select 'column', attrelid::regclass, attname, attacl from pg_attribute where attacl is not null and attrelid >= 16384",
  "select 'default', defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype, defaclacl from pg_default_acl",
  "select 'publication', to_jsonb(p) - 'oid', obj_description(oid, 'pg_publication') from pg_publication p",
  `select 'published', p.pubname, r.prrelid::regclass, to_jsonb(r) ->> 'prattrs',
          regexp_replace(to_jsonb(r) ->> 'prqual', ':location -?\\d+', '', 'g')
     from pg_publication_rel r join pg_publication p on p.oid = r.prpubid`,
];
const SCHEMA_FACTS = `select 'published schema', p.pubname, n.pnnspid::regnamespace
     from pg_publication_namespace n join pg_publication p on p.oid = n.pnpubid`;

/** What a life can have changed in the database and the server, one line each, as the superuser sees it. */
export async function factsOf(db: TestDatabase): Promise<string[]> {
  const lines: string[] = [];
  for (const query of db.version >= 15 ? [...FACTS, SCHEMA_FACTS] : FACTS)
    lines.push(
      ...(await db.query(`select to_jsonb(f)::text as line from (${query}) f`)).map(({ line }) => String(line)),
    );
  return lines.sort();
}

/** Of a comment, and so of the token in it. */
function isFingerprint(value: unknown): boolean {
  return typeof value === "string" && /^-?\d+:\d+$/.test(value);
}
