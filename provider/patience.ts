/**
 * How long ClickPipes waits for a source to answer, including the time that a suspended compute takes to start. A readiness report,
 * an attempt to connect and a look in a preview get the same time.
 */
export const CLICKPIPES_PATIENCE_MS = 15_000;
