/** Installs what the lock file names and compiles provider/ into bin/, each only where it is due. */
export function setUp(options?: { log?: (line: string) => void }): Promise<void>;
