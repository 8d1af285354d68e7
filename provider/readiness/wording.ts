import type { ReadinessCheck } from "./check";

/** A line of the report as lines of a message: what was found, then how to fix it. */
export function describeLine({ detail, fix }: ReadinessCheck, title: string): string[] {
  return [`${title}: ${asSentence(detail)}`, ...(fix === "" ? [] : [asAdvice(fix)])];
}

/** A statement, on its own or after a few words. */
const SQL = /(?:^|[;:] |then )(?:ALTER|BEGIN|CREATE|GRANT|REINDEX|ROLLBACK|SELECT) /;

/** SQL ends with a semicolon, which goes before its comment. Anything else is a sentence. */
function asAdvice(fix: string): string {
  const line = fix.charAt(0).toUpperCase() + fix.slice(1);
  return SQL.test(fix) ? line.replace(/(?= -- [^"']*$)|$/, ";") : asSentence(line);
}

function asSentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}
