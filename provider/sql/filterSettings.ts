import { type Statement, statement } from "./statement";
import { displayTable, type Table, tableKey } from "./table";

/** What the sessions of this user have by other people's settings, and whether times with a zone are in the table. */
export interface FilterSettings {
  schema: string;
  name: string;
  dateStyle: string;
  timeZone: string;
  intervalStyle: string;
  standardStrings: string;
  zonedColumns: boolean;
}

/** Of each table with a filter, and the settings that a session of its own would read the text under. */
export function readFilterSettings(tables: Table[]): Statement {
  const filtered = tables.filter(({ where }) => where !== undefined).map(({ schema, name }) => ({ schema, name }));
  return statement(
    `
    select w.schema, w.name,
           (select reset_val from pg_settings where name = 'DateStyle') as "dateStyle",
           (select reset_val from pg_settings where name = 'TimeZone') as "timeZone",
           (select reset_val from pg_settings where name = 'IntervalStyle') as "intervalStyle",
           (select reset_val from pg_settings where name = 'standard_conforming_strings') as "standardStrings",
           exists (select from pg_namespace n join pg_class c on c.relnamespace = n.oid join pg_attribute a on a.attrelid = c.oid
                    where n.nspname = w.schema and c.relname = w.name
                      and a.atttypid in ('timestamptz'::regtype, 'timetz'::regtype) and not a.attisdropped) as "zonedColumns"
      from jsonb_to_recordset($1::jsonb) as w (schema text, name text)`,
    [JSON.stringify(filtered)],
  );
}

const LITERAL = /'((?:[^']|'')*)'/g;
/** Day, month and year in an order that DateStyle decides. */
const ORDERED_DATE = /\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b/;
const DATE_OR_TIME = /\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}:\d{2}/;
const ZONE = /(:[\d.:]+\s*[+-]\d{1,2}(:?\d{2})?|z|utc|gmt|[a-z]+\/[a-z_]+)\s*$/i;

/**
 * Where a filter means something else under our settings (ISO, MDY; UTC) than in a session of this user: one sentence a table. Told
 * from its literals, since only the server knows their types.
 */
export function otherMeanings(tables: Table[], settings: FilterSettings[]): string[] {
  const found = new Map(settings.map((row) => [tableKey(row), row]));
  return tables.flatMap((table) => {
    const row = found.get(tableKey(table));
    const texts = row && table.where !== undefined ? readDifferently(table.where, row) : [];
    return texts.length === 0 ? [] : [`the row filter of ${displayTable(table)}: ${texts.join("; ")}`];
  });
}

function readDifferently(where: string, row: FilterSettings): string[] {
  const literals = [...where.matchAll(LITERAL)].map(([, text = ""]) => text);
  const shown = (text: string) => `'${text}'`;
  const dates = literals.filter((text) => ORDERED_DATE.test(text));
  const times = literals.filter((text) => DATE_OR_TIME.test(text) && !ZONE.test(text));
  const zoned = row.zonedColumns || /timestamptz|timetz|with time zone/i.test(where);
  return [
    ...(dates.length > 0 && !/MDY/i.test(row.dateStyle)
      ? [
          `${dates.map(shown).join(", ")} is read as month, day, year, and not as DateStyle "${row.dateStyle}" has it: write YYYY-MM-DD`,
        ]
      : []),
    ...(times.length > 0 && zoned && !/^(Etc\/)?(UTC|GMT|UCT|Zulu)$/i.test(row.timeZone)
      ? [
          `${times.map(shown).join(", ")} is read in UTC, and not in TimeZone "${row.timeZone}": write the zone, such as '2026-01-31 00:00:00+01'`,
        ]
      : []),
    ...(/interval/i.test(where) && row.intervalStyle === "sql_standard" && literals.some((text) => text.includes("-"))
      ? ["intervals are read as IntervalStyle postgres has them, and not sql_standard: give each field its sign"]
      : []),
    ...(row.standardStrings === "off" && literals.some((text) => text.includes("\\"))
      ? [
          "backslashes are ordinary characters, and not escapes as with standard_conforming_strings = off: write E'…' for those",
        ]
      : []),
  ];
}
