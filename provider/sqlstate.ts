/** The SQLSTATEs we act on, by the names of the PostgreSQL manual's appendix A. */
export const SQLSTATE = {
  connectionException: "08000",
  invalidAuthorization: "28000",
  invalidPassword: "28P01",
  invalidCatalogName: "3D000",
  uniqueViolation: "23505",
  readOnlySqlTransaction: "25006",
  inFailedTransaction: "25P02",
  dependentObjectsStillExist: "2BP01",
  serializationFailure: "40001",
  deadlockDetected: "40P01",
  insufficientPrivilege: "42501",
  duplicateObject: "42710",
  undefinedTable: "42P01",
  diskFull: "53100",
  tooManyConnections: "53300",
  lockNotAvailable: "55P03",
  queryCanceled: "57014",
  adminShutdown: "57P01",
  crashShutdown: "57P02",
  cannotConnectNow: "57P03",
  internalError: "XX000",
} as const;

const NAMES = new Map<string, string>(
  Object.entries(SQLSTATE).map(([name, code]) => [
    code,
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  ]),
);

/** "42501 insufficient_privilege", or the bare code where the name would add nothing. */
export function displaySqlstate(code: string): string {
  const name = NAMES.get(code);
  return name === undefined ? code : `${code} ${name}`;
}

/** Another session changed the same catalog row first: the same transaction run again succeeds. */
const CONFLICTS: ReadonlySet<string> = new Set([
  SQLSTATE.internalError,
  SQLSTATE.uniqueViolation,
  SQLSTATE.duplicateObject,
  SQLSTATE.serializationFailure,
  SQLSTATE.deadlockDetected,
]);

export function isConflict(code: string | undefined): boolean {
  return code !== undefined && CONFLICTS.has(code);
}

const RESTARTING: ReadonlySet<string> = new Set([
  SQLSTATE.adminShutdown,
  SQLSTATE.crashShutdown,
  SQLSTATE.cannotConnectNow,
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
]);

/** The server or the road to it went away for a moment: a compute that wakes, restarts or was moved. */
export function isInterruption(code: string | undefined): boolean {
  return code !== undefined && (RESTARTING.has(code) || code.startsWith("08"));
}
