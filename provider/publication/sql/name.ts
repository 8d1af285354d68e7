/**
 * Whether a publication of this name can be read. pgoutput reads `publication_names` as a list of unquoted identifiers: it folds
 * ASCII capitals, splits at commas and at the white space that its scanner knows, and takes a leading quote as the beginning of a
 * quoted name. A name with a backslash never gets that far: ClickPipes sends it as E'…', which START_REPLICATION rejects.
 */
export function isReadAsWritten(publication: string): boolean {
  return !/[A-Z ,\t\n\v\f\r\\]|^"/.test(publication);
}
