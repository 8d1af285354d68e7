/**
 * SQL for people to paste that holds an expression as the server wrote it out for us, by `portable`: in a session with another
 * search path or other formats its operators and constants might be read as others. As one transaction, so that nothing is lost in
 * between.
 */
export function pasteable(sql: string, expression: string | null): string {
  const settings = [
    ...(expression === null ? [] : ["search_path = pg_catalog, pg_temp"]),
    // Dates and times are written out in ISO format and with their zone, which every session reads alike.
    ...(expression?.includes("interval") ? ["intervalstyle = postgres"] : []),
    ...(expression?.includes("{") ? ["array_nulls = on"] : []),
  ];
  return ["BEGIN", ...settings.map((setting) => `SET LOCAL ${setting}`), sql, "COMMIT"].join("; ");
}

/** A quoted name, or a string. */
const QUOTED = /"(?:[^"]|"")*"|'(?:[^']|'')*'/g;

/** Strings with a backslash, such as every session reads alike: with `standard_conforming_strings = off` it begins an escape. */
export function portable(expression: string): string {
  return expression.replace(QUOTED, (quoted) =>
    quoted.startsWith("'") && quoted.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted,
  );
}
