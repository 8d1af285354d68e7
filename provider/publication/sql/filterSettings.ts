import { type Query, queryRows } from "../../postgres/sql/statement";
import { displayTable, type Table, type TableName, tableKey } from "../../postgres/sql/table";

/** The settings under which other sessions of this user would read a filter, and the column types of its table. */
export interface FilterSettings extends TableName {
  /** By lower-case setting name. */
  settings: Readonly<Record<string, string>>;
  zonedColumns: boolean;
  intervalColumns: boolean;
}

const NAMES: readonly string[] = [
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

/** For each table with a filter, the settings that a session of this user starts with, before a transaction sets its own. */
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
 * One warning for each table whose filter means something else under the provider's settings (ISO, MDY; UTC) than in other
 * sessions of this user. It goes by the filter's text, since only the server knows the types of the literals.
 */
export function otherMeanings(tables: Table[], settings: FilterSettings[]): string[] {
  const found = new Map(settings.map((row) => [tableKey(row), row]));
  return tables.flatMap((table) => {
    const row = found.get(tableKey(table));
    const texts = row && table.where !== undefined ? readDifferently(table.where, row) : [];
    const what = `the row filter of ${displayTable(table)} is read with fixed settings, not with those of other sessions of this user.`;
    return texts.length === 0 ? [] : [[what, ...texts.map((text) => `${text}.`)].join("\n")];
  });
}

interface Literal {
  text: string;
  /** Written E'…'. */
  escapes: boolean;
}

/** Quoted names are skipped, since they may hold an apostrophe. */
const TOKEN = /"(?:[^"]|"")*"|\b[eE]'((?:[^'\\]|\\.|'')*)'|'((?:[^']|'')*)'/gs;

function literalsOf(where: string): Literal[] {
  return [...where.matchAll(TOKEN)].flatMap(([, escaped, plain]): Literal[] => {
    if (escaped !== undefined) return [{ text: escaped, escapes: true }];
    return plain === undefined ? [] : [{ text: plain, escapes: false }];
  });
}

/** Day, month and year in an order that depends on DateStyle. */
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
      ? [`${dates} is read as month, day, year, not in the order of DateStyle "${datestyle}": write YYYY-MM-DD`]
      : []),
    ...(times
      ? [`${times} is read in UTC, not in TimeZone "${timezone}": write the zone, such as '2026-01-31 00:00:00+01'`]
      : []),
    ...(spans
      ? [`${spans} is read with IntervalStyle postgres, not sql_standard: write a sign in front of each field`]
      : []),
    ...(zones
      ? [`the zone of ${zones} is looked up among the default timezone_abbreviations: write it as an offset`]
      : []),
    ...(escapes
      ? [
          `${escapes} holds plain backslashes, not escapes as with standard_conforming_strings = off: write E'…' for escapes`,
        ]
      : []),
    ...(arrays
      ? [`${arrays} holds a null, not the text NULL as with array_nulls = off: write "NULL" for the text`]
      : []),
    ...(nulls ? ["= NULL is never true, unlike with transform_null_equals = on: write IS NULL"] : []),
  ];
}
