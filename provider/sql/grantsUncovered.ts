import type { Lack } from "./grantsLacks";
import { identifier, literal } from "./statement";
import { displayIdentifier } from "./table";

export interface Uncovered {
  object: string;
  kind: string;
  owner: string;
  reason: string;
  fix: string;
}

/** How many are told one by one: state and terminal must not grow with the database. */
const NAMED = 5;
const LISTED = 20;

/** A sentence for each kind of lack, with the first few by name. */
export function lackSentences(role: string, lacks: Lack[]): string[] {
  const verbs = [...new Set(lacks.map(({ verb }) => verb))];
  return verbs.map((verb) => {
    const names = lacks.filter((lack) => lack.verb === verb).map(({ kind, object }) => called(kind, object));
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
    return `role "${role}" ${verb} ${names.slice(0, NAMED).join(", ")}${more}`;
  });
}

function called(kind: string, object: string): string {
  return kind === "schema" || kind === "database" ? `${kind} ${object}` : object;
}

/** Many tables of one owner in one schema, for the same reason, are one entry with one statement. */
export function uncoveredBy(role: string, lacks: Lack[]): Uncovered[] {
  const groups = new Map<string, Lack[]>();
  for (const lack of lacks) {
    const key = lack.schema === undefined ? lack.fix : JSON.stringify([lack.schema, lack.owner, lack.reason]);
    const group = groups.get(key);
    if (group) group.push(lack);
    else groups.set(key, [lack]);
  }
  return [...groups.values()].flatMap((group) => (group.length > LISTED ? [condensed(role, group)] : group.map(alone)));
}

function alone({ object, kind, owner, reason, fix }: Lack): Uncovered {
  return { object, kind, owner, reason, fix };
}

function condensed(role: string, group: Lack[]): Uncovered {
  const { schema = "", owner, reason, verb } = group[0] as Lack;
  const object = `${group.length} tables in schema ${displayIdentifier(schema)}`;
  const fix = verb === "has no SELECT on" ? grantAll(role, schema) : showAll(role, schema);
  return { object, kind: "tables", owner, reason, fix };
}

function grantAll(role: string, schema: string): string {
  return `GRANT SELECT ON ALL TABLES IN SCHEMA ${identifier(schema)} TO ${identifier(role)}`;
}

function showAll(role: string, schema: string): string {
  const policy = literal(
    `CREATE POLICY clickpipes ON %s FOR SELECT TO ${identifier(role).replaceAll("%", "%%")} USING (true)`,
  );
  return (
    "DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace " +
    `WHERE n.nspname = ${literal(schema)} AND c.relrowsecurity LOOP EXECUTE format(${policy}, t); END LOOP; END $$`
  );
}
