/** The SQLSTATEs that this package acts on, by their names in appendix A of the PostgreSQL manual. */
export const SQLSTATE = {
  connectionException: "08000",
  protocolViolation: "08P01",
  featureNotSupported: "0A000",
  invalidParameterValue: "22023",
  invalidAuthorization: "28000",
  invalidPassword: "28P01",
  invalidCatalogName: "3D000",
  uniqueViolation: "23505",
  readOnlySqlTransaction: "25006",
  inFailedTransaction: "25P02",
  dependentObjectsStillExist: "2BP01",
  serializationFailure: "40001",
  deadlockDetected: "40P01",
  transactionTimeout: "25P04",
  insufficientPrivilege: "42501",
  undefinedObject: "42704",
  duplicateObject: "42710",
  undefinedTable: "42P01",
  invalidSchemaName: "3F000",
  diskFull: "53100",
  tooManyConnections: "53300",
  cantChangeRuntimeParam: "55P02",
  lockNotAvailable: "55P03",
  queryCanceled: "57014",
  adminShutdown: "57P01",
  crashShutdown: "57P02",
  cannotConnectNow: "57P03",
  idleSessionTimeout: "57P05",
  internalError: "XX000",
} as const;

const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(SQLSTATE).map(([name, code]) => [
    code,
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  ]),
);

/** "42501 insufficient_privilege", or the code alone if it has no name here. */
export function displaySqlstate(code: string): string {
  const name = NAMES.get(code);
  return name === undefined ? code : `${code} ${name}`;
}

/** Another session changed the same catalog row first. The same transaction succeeds when run again. */
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
  SQLSTATE.transactionTimeout,
  SQLSTATE.idleSessionTimeout,
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
]);

/** The server or the network went away for a moment, as when a compute wakes, restarts or moves. */
export function isInterruption(code: string | undefined): boolean {
  return code !== undefined && (RESTARTING.has(code) || code.startsWith("08"));
}

const VANISHED: ReadonlySet<string> = new Set([
  SQLSTATE.undefinedTable,
  SQLSTATE.invalidSchemaName,
  SQLSTATE.undefinedObject,
]);

/** Something that a statement names is gone: another session dropped it after it was read. */
export function isVanished(code: string | undefined): boolean {
  return code !== undefined && VANISHED.has(code);
}

/** A setting in the startup packet was refused, by a pooler, which accepts few or none, or by a server that does not know it. */
const UNKNOWN_SETTING: ReadonlySet<string> = new Set([
  SQLSTATE.protocolViolation,
  SQLSTATE.featureNotSupported,
  SQLSTATE.invalidParameterValue,
  SQLSTATE.undefinedObject,
  SQLSTATE.cantChangeRuntimeParam,
]);

export function isUnknownSetting(code: string | undefined): boolean {
  return code !== undefined && UNKNOWN_SETTING.has(code);
}
