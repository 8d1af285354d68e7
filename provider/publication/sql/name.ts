/** pgoutput reads `publication_names` as a list of unquoted identifiers: it folds them, and splits at whitespace and commas. */
export function isReadAsWritten(publication: string): boolean {
  return !/[A-Z\s,"]/.test(publication);
}
