/**
 * How long ClickPipes waits for a source to answer, a compute that has to wake included. A report on a source, an attempt to
 * connect and a look in a preview get the same time.
 */
export const CLICKPIPES_PATIENCE_MS = 15_000;
