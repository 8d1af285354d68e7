/** Turns Ctrl-C into a rejection, so that what is running is stopped and removed in order; a repeated one changes nothing. */
export class Interruption {
  private reject: (reason: Error) => void = () => {};
  private readonly interrupted = new Promise<never>((_, reject) => {
    this.reject = reject;
  });

  constructor() {
    // No one may be waiting when it comes.
    this.interrupted.catch(() => {});
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(signal, () => this.reject(new Interrupted()));
  }

  /** The result of `work`, unless the interruption comes first. */
  during<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.interrupted]);
  }

  /** Resolves at the interruption. */
  async wait(): Promise<void> {
    // The promise alone does not keep the process alive.
    const alive = setInterval(() => {}, 60_000);
    await this.interrupted.catch(() => {});
    clearInterval(alive);
  }
}

export class Interrupted extends Error {
  constructor() {
    super("interrupted");
  }
}
