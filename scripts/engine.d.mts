export interface Engine {
  /** The folder to put first on PATH. */
  bin: string;
  version: string;
  source: string;
}

/** Finds the Pulumi engine, else installs or builds it in the Pulumi home. */
export function ensureEngine(options?: { log?: (line: string) => void }): Promise<Engine>;
