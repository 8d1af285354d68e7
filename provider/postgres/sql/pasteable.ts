/**
 * Makes SQL safe to paste into any session. An `expression` that the server deparsed (and `portable` quoted) could mean something
 * else under another search path or other formats, so the SQL sets them. It is one transaction, so that nothing is lost in between.
 */
export function pasteable(sql: string, expression: string | null): string {
  const settings = [
    ...(expression === null ? [] : ["search_path = pg_catalog, pg_temp"]),
    // The server writes dates and times in ISO format and with their zone. Every session reads these the same way.
    ...(expression?.includes("interval") ? ["intervalstyle = postgres"] : []),
    ...(expression?.includes("{") ? ["array_nulls = on"] : []),
  ];
  return ["BEGIN", ...settings.map((setting) => `SET LOCAL ${setting}`), sql, "COMMIT"].join("; ");
}

/** A quoted name, or a string. */
const QUOTED = /"(?:[^"]|"")*"|'(?:[^']|'')*'/g;

/** Rewrites strings with a backslash as E'…'. With `standard_conforming_strings = off`, a plain backslash begins an escape. */
export function portable(expression: string): string {
  return expression.replace(QUOTED, (quoted) =>
    quoted.startsWith("'") && quoted.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted,
  );
}
