import { type Query, queryRows } from "../../postgres/sql/statement";
import { displayTable, type Table, type TableName, tableKey } from "../../postgres/sql/table";

/** What a session of this user would read a filter under by other people's settings, and what is in the table. */
export interface FilterSettings extends TableName {
  /** By the lower-case names of the settings. */
  settings: Readonly<Record<string, string>>;
  zonedColumns: boolean;
  intervalColumns: boolean;
}

const NAMES = [
  "DateStyle",
  "TimeZone",
  "IntervalStyle",
  "standard_conforming_strings",
  "transform_null_equals",
  "array_nulls",
  "timezone_abbreviations",
];

const hasColumns = (types: string) => `exists (
  select from pg_namespace n join pg_class c on c.relnamespace = n.oid join pg_attribute a on a.attrelid = c.oid
   where n.nspname = w.schema and c.relname = w.name and not a.attisdropped and a.atttypid in (${types}))`;

/** Of each table with a filter. What a session would have, ours included, but for what our transactions set. */
export function readFilterSettings(tables: Table[]): Query<FilterSettings[]> {
  const filtered = tables.filter(({ where }) => where !== undefined).map(({ schema, name }) => ({ schema, name }));
  return queryRows(
    `
    select w.schema, w.name, (select jsonb_object_agg(lower(s.name), s.reset_val) from pg_settings s where s.name = any ($2)) as settings,
           ${hasColumns("'timestamptz'::regtype, 'timetz'::regtype")} as "zonedColumns",
           ${hasColumns("'interval'::regtype")} as "intervalColumns"
      from jsonb_to_recordset($1::jsonb) as w (schema text, name text)`,
    [JSON.stringify(filtered), NAMES],
  );
}

/**
 * Where a filter means something else under our settings (ISO, MDY; UTC) than in a session of this user: one sentence a table. Told
 * from its text, since only the server knows the types of its literals.
 */
export function otherMeanings(tables: Table[], settings: FilterSettings[]): string[] {
  const found = new Map(settings.map((row) => [tableKey(row), row]));
  return tables.flatMap((table) => {
    const row = found.get(tableKey(table));
    const texts = row && table.where !== undefined ? readDifferently(table.where, row) : [];
    return texts.length === 0 ? [] : [`the row filter of ${displayTable(table)}: ${texts.join("; ")}`];
  });
}

interface Literal {
  text: string;
  /** Written E'…'. */
  escapes: boolean;
}

/** Quoted names are stepped over: they may hold an apostrophe. */
const TOKEN = /"(?:[^"]|"")*"|\b[eE]'((?:[^'\\]|\\.|'')*)'|'((?:[^']|'')*)'/gs;

function literalsOf(where: string): Literal[] {
  return [...where.matchAll(TOKEN)].flatMap(([, escaped, plain]): Literal[] => {
    if (escaped !== undefined) return [{ text: escaped, escapes: true }];
    return plain === undefined ? [] : [{ text: plain, escapes: false }];
  });
}

/** Day, month and year in an order that DateStyle decides. */
const ORDERED_DATE = /\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b/;
const DATE_OR_TIME = /\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|^\s*\d{1,2}:\d{2}/;
const ABBREVIATION = /\d\s*(?!z\b|utc\b|gmt\b|am\b|pm\b|bc\b|ad\b)[a-z]{2,5}\s*$/i;
const ZONE = /(:[\d.:]+\s*[+-]\d{1,2}(:?\d{2})?|z|utc|gmt|[a-z]+\/[a-z_]+)\s*$/i;
const UTC = /^(Etc\/)?(UTC|GMT|UCT|Zulu)$/i;

function readDifferently(where: string, { settings, zonedColumns, intervalColumns }: FilterSettings): string[] {
  const literals = literalsOf(where);
  const which = (test: (literal: Literal) => boolean) =>
    literals
      .filter(test)
      .map(({ text }) => `'${text}'`)
      .join(", ");
  const { datestyle = "", timezone = "", intervalstyle } = settings;
  const dates = /MDY/i.test(datestyle) ? "" : which(({ text }) => ORDERED_DATE.test(text));
  const isZoned = zonedColumns || /timestamptz|timetz|with time zone/i.test(where);
  const times =
    isZoned && !UTC.test(timezone)
      ? which(({ text }) => DATE_OR_TIME.test(text) && !ZONE.test(text) && !ABBREVIATION.test(text))
      : "";
  const isInterval = intervalColumns || /interval/i.test(where);
  const spans = isInterval && intervalstyle === "sql_standard" ? which(({ text }) => /^\s*-/.test(text)) : "";
  const zones = settings.timezone_abbreviations === "Default" ? "" : which(({ text }) => ABBREVIATION.test(text));
  const escapes =
    settings.standard_conforming_strings === "off" ? which((one) => !one.escapes && one.text.includes("\\")) : "";
  const arrays = settings.array_nulls === "off" ? which(({ text }) => /\{(.*,)?\s*null\s*(,.*)?\}/is.test(text)) : "";
  const nulls = settings.transform_null_equals === "on" && /=\s*null\b|\bnull\s*=/i.test(where);
  return [
    ...(dates
      ? [`${dates} is read as month, day, year, and not as DateStyle "${datestyle}" has it: write YYYY-MM-DD`]
      : []),
    ...(times
      ? [`${times} is read in UTC, and not in TimeZone "${timezone}": write the zone, such as '2026-01-31 00:00:00+01'`]
      : []),
    ...(spans
      ? [`${spans} is read as IntervalStyle postgres has it, and not sql_standard: give each field its sign`]
      : []),
    ...(zones ? [`${zones} has its zone by Postgres' own abbreviations: write it as an offset`] : []),
    ...(escapes
      ? [
          `${escapes} holds backslashes as such, and no escapes, as with standard_conforming_strings = off: write E'…' for those`,
        ]
      : []),
    ...(arrays
      ? [`${arrays} holds NULL, and not the text "NULL", as with array_nulls = off: write "NULL" for that`]
      : []),
    ...(nulls ? ["= NULL is never true, as it would be with transform_null_equals = on: write IS NULL"] : []),
  ];
}
